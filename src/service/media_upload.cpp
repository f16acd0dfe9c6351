#include "media_files.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/media.hpp"
#include "dunlin/store/media.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace dunlin::service {

using model::MediaAttachment;
using model::MediaState;
using model::MediaType;

namespace {

/// Of a client that waits for its film.
constexpr std::chrono::seconds kPatience{20};

Result<void> check_size(const config::Config& config, const media::FileType& type, std::size_t size) {
  const auto limit = type.kind == MediaType::image ? config.media.image_size_bytes : config.media.video_size_bytes;
  if (size <= limit) return {};
  return fail(Errc::invalid, fmt::format("Validation failed: File size must be less than {}", size_text(limit)));
}

MediaAttachment new_upload(MediaId id, AccountId owner, const Upload& upload) {
  MediaAttachment media;
  media.id = id;
  media.account_id = owner;
  media.state = MediaState::processing;
  media.description = upload.description;
  media.focus = upload.focus;
  return media;
}

/// A picture that stands for a film or a sound, in a folder of its own until it is stored.
struct Thumbnail {
  media::WorkFolder folder;
  media::Made made;
};
Result<Thumbnail> make_thumbnail(const config::Config& config, const media::Library& library,
                                 const UploadedFile& thumbnail) {
  auto folder = TRY(library.new_folder());
  const auto file = TRY(take_file(folder, thumbnail, "thumbnail"));
  const auto type = TRY(type_of(file));
  if (type.kind != MediaType::image) return fail(Errc::invalid, "File type of uploaded media could not be verified");
  TRY_VOID(check_size(config, type, thumbnail.size));
  auto made = TRY(library.processor().preview(folder.path(), file));
  return Thumbnail{.folder = std::move(folder), .made = std::move(made)};
}

/// Returns what it has stored.
Result<StoredKeys> add_thumbnail(db::Session& session, const media::Library& library, const Thumbnail& thumbnail,
                                 MediaAttachment& media) {
  auto keys = TRY(store_made(session, library, thumbnail.made));
  media.bytes += keys.bytes;
  take_over_preview(media, thumbnail.made, keys);
  return keys;
}

void append(std::vector<std::string>& keys, const std::vector<std::string>& more) {
  for (const auto& key : more) {
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
}

/// Not sure yet: an MP4 may hold sound alone, and a film without sound plays in a loop.
MediaType first_guess(const media::FileType& type, const media::Probe& probe) {
  if (type.kind == MediaType::image) return MediaType::gifv;
  return probe.video ? MediaType::video : MediaType::audio;
}

}  // namespace

/// An upload that has been looked at.
struct MediaService::Prepared {
  std::filesystem::path file;
  std::optional<media::Made> made;  // nullopt: a film that a job converts
  std::optional<Thumbnail> thumbnail;
};

Result<const media::Library*> MediaService::library() const {
  if (library_ == nullptr) return fail(Errc::unavailable, "", "this process handles no media");
  return library_;
}

Result<MediaAttachment> MediaService::upload(db::Session& session, AccountId owner, const Upload& upload, bool wait) {
  const auto& library = *TRY(this->library());
  TRY_VOID(check_description(upload.description));
  if (upload.file.size == 0) return fail(Errc::invalid, "Validation failed: File can't be blank");
  const auto folder = TRY(library.new_folder());
  const auto file = TRY(take_file(folder, upload.file, "input"));
  const auto type = TRY(type_of(file));
  TRY_VOID(check_size(env_.config, type, upload.file.size));

  auto media = new_upload(env_.ids.next<MediaId>(), owner, upload);
  Prepared prepared{.file = file, .made = {}, .thumbnail = {}};
  auto& made = prepared.made;
  if (type.kind == MediaType::image) {
    made = TRY(library.processor().image(folder.path(), file));
    if (made->pages > 1 && !type.demuxer.empty()) made.reset();  // a GIF that moves: a film
  } else if (upload.thumbnail) {
    prepared.thumbnail.emplace(TRY(make_thumbnail(env_.config, library, *upload.thumbnail)));
  }
  if (!made && wait) made = TRY(library.processor().film(folder.path(), file, type, kPatience));
  if (!made) {
    media.type = first_guess(type, TRY(library.processor().probe(folder.path(), file, type)));
    media.content_type = type.content_type;
  }
  std::vector<std::string> stored;
  auto kept = keep(session, prepared, std::move(media), stored);
  if (!kept) abandon(session, library, stored);
  return kept;
}

/// Stored at last, all at once: what waits unnamed for long is dropped.
Result<MediaAttachment> MediaService::keep(db::Session& session, Prepared& prepared, MediaAttachment media,
                                           std::vector<std::string>& stored) {
  if (prepared.made) {
    if (prepared.thumbnail) prepared.made->preview.clear();
    auto keys = TRY(store_made(session, *library_, *prepared.made));
    stored = keys.all();
    take_over(media, *prepared.made, std::move(keys));
  } else {
    media.file_key = TRY(store_file(session, *library_, prepared.file, "raw"));
    stored.push_back(*media.file_key);
  }
  if (prepared.thumbnail) append(stored, TRY(add_thumbnail(session, *library_, *prepared.thumbnail, media)).all());
  return session.write([&](db::Tx& tx) -> Result<MediaAttachment> {
    media.last_viewed_at = media.created_at = media.updated_at = tx.now();
    media.unattached_at = tx.now();
    TRY_VOID(settle(tx, stored));
    store::insert_media(tx, media);
    if (media.state == MediaState::processing) {
      env_.queue.enqueue(tx, {.kind = kConvertMedia, .payload = media.id.str(), .unique_key = media.id.str()});
    }
    return media;
  });
}

Result<MediaAttachment> MediaService::update_with_thumbnail(db::Session& session, AccountId owner, MediaId id,
                                                            const MediaChange& change, const UploadedFile& thumbnail) {
  const auto& library = *TRY(this->library());
  const auto before = TRY(session.read([&](db::Tx& tx) { return get_own(tx, owner, id); }));
  auto changed = before;
  std::vector<std::string> stored;
  if (before.type != MediaType::image) {
    const auto made = TRY(make_thumbnail(env_.config, library, thumbnail));
    stored = TRY(add_thumbnail(session, library, made, changed)).all();
  }
  auto changed_row = session.write([&](db::Tx& tx) -> Result<MediaAttachment> {
    TRY(update(tx, owner, id, change));
    auto locked = store::lock_media(tx, std::span(&id, 1));
    if (locked.empty()) return fail(Errc::not_found, "Record not found");
    MediaAttachment& media = locked.front();
    if (media.type == MediaType::image) return std::move(media);
    TRY_VOID(settle(tx, stored));
    media.preview_key = changed.preview_key;
    media.preview_width = changed.preview_width;
    media.preview_height = changed.preview_height;
    media.blurhash = changed.blurhash;
    media.bytes += changed.bytes - before.bytes;
    store::update_media(tx, media);
    return std::move(media);
  });
  if (!changed_row) abandon(session, library, stored);
  return changed_row;
}

Result<void> MediaService::convert(db::Session& session, MediaId id) {
  const auto& library = *TRY(this->library());
  const auto row = TRY(
      session.read([&](db::Tx& tx) -> Result<std::optional<MediaAttachment>> { return store::find_media(tx, id); }));
  if (!row || row->state != MediaState::processing || !row->file_key) return {};
  const auto folder = TRY(library.new_folder());
  const auto stored = TRY(library.storage().get(*row->file_key, folder.path()));
  std::error_code ec;
  // A copy: the child must not be able to write into the store.
  const auto size = std::filesystem::file_size(stored, ec);
  if (ec) return fail(Errc::unavailable, "", stored.string() + ": " + ec.message());
  const auto file = TRY(folder.copy(stored, 0, size, "input"));
  const auto type = TRY(type_of(file));
  auto made = library.processor().film(folder.path(), file, type, env_.config.media.transcoding_timeout);
  if (!made && made.error().code != Errc::invalid) return std::unexpected(made.error());
  StoredKeys keys;
  std::vector<std::string> announced;
  if (made) {
    if (row->preview_key) made->preview.clear();
    keys = TRY(store_made(session, library, *made));
    announced = keys.all();
  } else {
    log::info("an upload cannot be shown", {log::kv("media", id.str()), log::kv("why", made.error().detail)});
  }
  auto named = session.write([&](db::Tx& tx) -> Result<void> {
    auto locked = store::lock_media(tx, std::span(&id, 1));
    if (locked.empty()) return {};  // deleted meanwhile
    MediaAttachment& media = locked.front();
    if (made) {
      TRY_VOID(settle(tx, announced));
      // The owner's own picture, which may have come meanwhile, stays.
      if (media.preview_key) keys.preview.reset();
      take_over(media, *made, keys);
    } else {
      media.state = MediaState::failed;
      media.failure = made.error().message;
      media.file_key.reset();
    }
    store::update_media(tx, media);
    return {};
  });
  if (!named) abandon(session, library, announced);
  return named;
}

void MediaService::give_up(db::Session& session, MediaId id) {
  std::ignore = session.write([&](db::Tx& tx) -> Result<void> {
    auto locked = store::lock_media(tx, std::span(&id, 1));
    if (locked.empty() || locked.front().state != MediaState::processing) return {};
    MediaAttachment& media = locked.front();
    media.state = MediaState::failed;
    media.failure = "Error processing thumbnail for uploaded media";
    media.file_key.reset();
    store::update_media(tx, media);
    return {};
  });
}

}  // namespace dunlin::service
