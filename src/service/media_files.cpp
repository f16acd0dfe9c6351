#include "media_files.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/store/media_cache.hpp"
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

template <class F>
void write(db::Session& session, F&& body) {
  std::ignore = session.write([&](db::Tx& tx) -> Result<void> {
    body(tx);
    return {};
  });
}

/// Says that the file is about to be stored, then stores it.
Result<std::int64_t> put(db::Session& session, const media::Library& library, const std::string& key,
                         const fs::path& file) {
  const auto bytes = TRY(plain_size(file));
  const bool announced = TRY(session.write(
      [&](db::Tx& tx) -> Result<bool> { return store::announce_file(tx, key, bytes, tx.now() - kFileGrace); }));
  if (!announced) return fail(Errc::unavailable, "", key + " is being dropped");
  auto stored = library.storage().put(key, file);
  if (stored) return bytes;
  // Nobody waits for it to be named.
  write(session, [&](db::Tx& tx) { std::ignore = store::settle_files(tx, std::span(&key, 1)); });
  return std::unexpected(std::move(stored).error());
}

std::string extension_of(const fs::path& file) {
  const auto extension = file.extension().string();
  return extension.empty() ? "raw" : extension.substr(1);
}

/// Puts one file of what was made; its key is written down when it is there.
Result<void> store_one(db::Session& session, const media::Library& library, std::string key, const fs::path& file,
                       std::optional<std::string>& stored, std::int64_t& bytes) {
  bytes += TRY(put(session, library, key, file));
  stored = std::move(key);
  return {};
}

Result<void> store_each(db::Session& session, const media::Library& library, const media::Made& made,
                        StoredKeys& keys) {
  std::ignore = TRY(size_of(made));  // before any of them is read
  if (!made.file.empty()) {
    // The name of a moving picture tells that a still one lies beside it.
    const auto extension = made.still.empty() ? extension_of(made.file) : std::string("anim.webp");
    auto key = TRY(media::content_key(made.file, extension));
    TRY_VOID(store_one(session, library, std::move(key), made.file, keys.file, keys.bytes));
  }
  if (!made.still.empty()) {
    TRY_VOID(store_one(session, library, media::still_key(*keys.file), made.still, keys.still, keys.bytes));
  }
  if (!made.preview.empty()) {
    auto key = TRY(media::content_key(made.preview, extension_of(made.preview)));
    TRY_VOID(store_one(session, library, std::move(key), made.preview, keys.preview, keys.bytes));
  }
  return {};
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
  auto stored = store_each(session, library, made, keys);
  if (stored) return keys;
  abandon(session, library, keys.all());
  return std::unexpected(std::move(stored).error());
}

void abandon(db::Session& session, const media::Library& library, std::span<const std::string> keys) {
  if (keys.empty()) return;
  std::vector<std::string> unwanted;
  write(session, [&](db::Tx& tx) {
    std::ignore = store::settle_files(tx, keys);
    unwanted = store::begin_dropping_keys(tx, keys, tx.now() - kFileGrace);
  });
  if (const auto dropped = drop_files(session, library, unwanted); !dropped) {
    log::warn("a file that nothing names stays in the store for now", {log::kv("why", dropped.error().detail)});
  }
}

Result<void> drop_files(db::Session& session, const media::Library& library, std::span<const std::string> keys) {
  if (keys.empty()) return {};
  // Long before others take them for abandoned: each may take two minutes.
  const auto until = std::chrono::steady_clock::now() + kFileGrace / 2;
  std::vector<std::string> gone;
  std::vector<std::string> kept;
  Result<void> done;
  for (const std::string& key : keys) {
    if (done && std::chrono::steady_clock::now() > until) done = fail(Errc::unavailable, "", "the store is too slow");
    if (!done) {
      kept.push_back(key);
      continue;
    }
    done = library.storage().remove(key);
    if (done) {
      gone.push_back(key);
    } else if (done.error().code == Errc::unavailable) {
      kept.push_back(key);
    }
  }
  TRY_VOID(session.write([&](db::Tx& tx) -> Result<void> {
    if (!gone.empty()) store::end_dropping_files(tx, gone);
    if (!kept.empty()) store::keep_files(tx, kept);
    return {};
  }));
  if (!done) return fail(Errc::unavailable, "", done.error().detail);
  return {};
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
