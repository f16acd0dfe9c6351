#include "media_files.hpp"

#include "dunlin/store/stored_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <tuple>
#include <utility>

namespace dunlin::service {

namespace {

namespace fs = std::filesystem;

/// What a decoder made may be anything: a link would give away what it leads to.
Result<std::int64_t> plain_size(const fs::path& file) {
  std::error_code ec;
  const auto status = fs::symlink_status(file, ec);
  if (ec) return fail(Errc::unavailable, "", file.string() + ": " + ec.message());
  if (!fs::is_regular_file(status)) return fail(Errc::internal, "", file.string() + " is no plain file");
  const auto bytes = fs::file_size(file, ec);
  if (ec) return fail(Errc::unavailable, "", file.string() + ": " + ec.message());
  return static_cast<std::int64_t>(bytes);
}

/// Says that the file is about to be stored, then stores it.
Result<std::int64_t> put(db::Session& session, const media::Library& library, const std::string& key,
                         const fs::path& file) {
  const auto bytes = TRY(plain_size(file));
  const bool announced =
      TRY(session.write([&](db::Tx& tx) -> Result<bool> { return store::announce_file(tx, key, bytes); }));
  if (!announced) return fail(Errc::unavailable, "", key + " is being dropped");
  TRY_VOID(library.storage().put(key, file));
  return bytes;
}

std::string extension_of(const fs::path& file) {
  const auto extension = file.extension().string();
  return extension.empty() ? "raw" : extension.substr(1);
}

}  // namespace

Result<fs::path> take_file(const media::WorkFolder& folder, const UploadedFile& file, std::string_view name) {
  if (file.spool.empty()) return folder.write(file.bytes, name);
  return folder.copy(file.spool, file.offset, file.size, name);
}

Result<media::FileType> type_of(const fs::path& file) {
  const auto type = media::sniff_file(file);
  if (!type) return fail(Errc::invalid, "File type of uploaded media could not be verified");
  return *type;
}

Result<std::int64_t> size_of(const media::Made& made) {
  std::int64_t bytes = 0;
  for (const auto* file : {&made.file, &made.still, &made.preview}) {
    if (!file->empty()) bytes += TRY(plain_size(*file));
  }
  return bytes;
}

Result<std::string> store_file(db::Session& session, const media::Library& library, const fs::path& file,
                               std::string_view extension) {
  std::ignore = TRY(plain_size(file));
  auto key = TRY(media::content_key(file, extension));
  std::ignore = TRY(put(session, library, key, file));
  return key;
}

Result<StoredKeys> store_made(db::Session& session, const media::Library& library, const media::Made& made) {
  StoredKeys keys;
  std::ignore = TRY(size_of(made));  // before any of them is read
  if (!made.file.empty()) {
    // The name of a moving picture tells that a still one lies beside it.
    const auto extension = made.still.empty() ? extension_of(made.file) : std::string("anim.webp");
    keys.file = TRY(media::content_key(made.file, extension));
    keys.bytes += TRY(put(session, library, *keys.file, made.file));
  }
  if (!made.still.empty()) {
    keys.still = media::still_key(*keys.file);
    keys.bytes += TRY(put(session, library, *keys.still, made.still));
  }
  if (!made.preview.empty()) {
    keys.preview = TRY(media::content_key(made.preview, extension_of(made.preview)));
    keys.bytes += TRY(put(session, library, *keys.preview, made.preview));
  }
  return keys;
}

Result<void> settle(db::Tx& tx, std::span<const std::string> keys) {
  if (store::settle_files(tx, keys)) return {};
  return fail(Errc::unavailable, "", "it was dropped before it was named");
}

void take_over_preview(model::MediaAttachment& media, const media::Made& made, StoredKeys keys) {
  media.preview_key = std::move(keys.preview);
  media.preview_width = made.preview_width;
  media.preview_height = made.preview_height;
  media.blurhash = made.blurhash;
}

void take_over(model::MediaAttachment& media, const media::Made& made, StoredKeys keys) {
  media.type = made.type;
  media.state = model::MediaState::done;
  media.content_type = made.content_type;
  media.width = made.width;
  media.height = made.height;
  media.duration = made.duration;
  media.frame_rate = made.frame_rate;
  media.bitrate = made.bitrate;
  media.audio = made.audio;
  media.file_key = std::move(keys.file);
  media.bytes = keys.bytes;
  media.failure.clear();
  media.failures = 0;
  media.retry_at.reset();
  if (keys.preview) take_over_preview(media, made, std::move(keys));
}

std::vector<std::string> StoredKeys::all() const {
  std::vector<std::string> keys;
  for (const auto* key : {&file, &preview, &still}) {
    if (*key && std::ranges::find(keys, **key) == keys.end()) keys.push_back(**key);
  }
  return keys;
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kMiB = 1UL << 20U;
  return bytes % kMiB == 0 ? fmt::format("{} MB", bytes / kMiB) : fmt::format("{} bytes", bytes);
}

}  // namespace dunlin::service
