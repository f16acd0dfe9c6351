#include "dunlin/service/remote_media.hpp"

#include "media_files.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/jobs/presence.hpp"
#include "dunlin/jobs/silent_hosts.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/pictures.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/media_cache.hpp"
#include "dunlin/store/media_fetches.hpp"
#include "dunlin/store/pictures.hpp"
#include "dunlin/store/preview_cards.hpp"
#include "dunlin/store/refused_media.hpp"
#include "dunlin/store/stored_files.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <tuple>

namespace dunlin::service {

using model::MediaAttachment;
using model::MediaState;
using model::PictureKind;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAttachment = "attachment";
constexpr std::pair<PictureKind, std::string_view> kPictures[] = {{PictureKind::avatar, "avatar"},
                                                                  {PictureKind::header, "header"},
                                                                  {PictureKind::emoji, "emoji"},
                                                                  {PictureKind::card, "card"}};

constexpr std::size_t kMaxPictureBytes = 8UL << 20U;
/// As its server has it, and as it is kept here (federation.md 3.11).
constexpr std::size_t kMaxEmojiBytes = 2UL << 20U;
constexpr std::int64_t kMaxKeptEmojiBytes = 256L << 10U;
constexpr int kEvictedAtOnce = 200;
constexpr int kLookedAtAtOnce = 1000;
constexpr auto kGrace = kFileGrace;
/// What is not ended by then is taken for forgotten: four answers of two minutes each, and a while in queues.
constexpr auto kLongestFetch = 15min;
/// Of files that are not here, by people of one network: four first pages full of strangers. Mastodon's thirty would be
/// used up by half a page, for there everything is fetched ahead.
constexpr int kAsked = 600;
constexpr auto kAskedWithin = 10min;
/// Room is made for more than is needed now, so that not every file has to.
constexpr int kSpareShare = 50;

/// After so many failures in a row, some hours apart at the end, an attachment is shown as a link.
constexpr int kHopeless = 9;

/// 1, 2, 4 ... minutes, a day at most. What is missing is not asked for again within an hour (federation.md 4.11).
std::chrono::minutes pause_after(int failures, RemoteMediaService::Trouble trouble) {
  using Trouble = RemoteMediaService::Trouble;
  constexpr std::chrono::minutes kDay{24 * 60};
  if (trouble == Trouble::lasting) return kDay;
  const auto usual = std::chrono::minutes(1 << std::clamp(failures - 1, 0, 11));
  return std::clamp<std::chrono::minutes>(usual, trouble == Trouble::missing ? 60min : 0min, kDay);
}

template <class F>
void write(db::Session& session, F&& body) {
  std::ignore = session.write([&](db::Tx& tx) -> Result<void> {
    body(tx);
    return {};
  });
}

std::string host_of(const std::string& url) {
  const auto parsed = Url::parse(url);
  return parsed ? parsed->authority() : std::string();
}

/// Of the servers of these files those that have not answered for long: what is let go may not come back.
std::set<std::string> silent_hosts(db::Tx& tx, const std::vector<store::CachedFile>& files) {
  std::set<std::string> hosts;
  for (const auto& file : files) hosts.insert(host_of(file.remote_url));
  const auto silent = jobs::list_silent_hosts(tx, std::vector(hosts.begin(), hosts.end()));
  return {silent.begin(), silent.end()};
}

std::unexpected<Error> lost_its_room() {
  return fail(Errc::unavailable, "", "others needed the room more");
}

/// A moving one that is too large stands still.
Result<void> bound_emoji(media::Made& made) {
  std::error_code ec;
  const auto fits = [&] {
    return static_cast<std::int64_t>(std::filesystem::file_size(made.file, ec)) <= kMaxKeptEmojiBytes && !ec;
  };
  if (fits()) return {};
  if (!made.still.empty()) made.file = std::exchange(made.still, {});
  if (!fits()) return fail(Errc::invalid, "", "larger than an emoji may be");
  return {};
}

Error resting() {
  return Error{.code = Errc::unavailable, .message = {}, .detail = "the last attempt failed a moment ago"};
}

}  // namespace

std::string RemoteFile::name() const {
  std::string_view kind = kAttachment;
  for (const auto& [value, text] : kPictures) {
    if (picture == value) kind = text;
  }
  return std::string(kind) + " " + std::to_string(id);
}

std::optional<RemoteFile> RemoteFile::parse(std::string_view name) {
  const auto space = name.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  RemoteFile file;
  const auto digits = name.substr(space + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), file.id);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  const auto kind = name.substr(0, space);
  if (kind == kAttachment) return file;
  const auto found = std::ranges::find(kPictures, kind, &std::pair<PictureKind, std::string_view>::second);
  if (found == std::end(kPictures)) return std::nullopt;
  file.picture = found->first;
  return file;
}

bool RemoteMediaService::may_ask(std::string_view network) {
  return network.empty() || !env_.config.limits.rate_limits || askers_.allow(network, kAsked, kAskedWithin);
}

Result<media::WorkFolder> RemoteMediaService::new_folder() const {
  if (library_ == nullptr) return fail(Errc::unavailable, "", "this process handles no media");
  return library_->new_folder();
}

void RemoteMediaService::begin_process(db::Tx& tx) {
  store::end_media_fetches(tx, process_);
}

Result<std::optional<RemoteMediaService::Wanted>> RemoteMediaService::begin(db::Session& session,
                                                                            const RemoteFile& file) {
  using Answer = std::optional<Wanted>;
  // Most of what is asked for is here, or resting: only what is wanted is written down.
  const auto wanted = TRY(session.read([&](db::Tx& tx) { return find_wanted(tx, file); }));
  if (!wanted) return wanted;
  return session.write([&](db::Tx& tx) -> Result<Answer> {
    const bool by_other = is_claimed_by_other(tx, file);
    // It may have come before we claimed it, and a policy changes.
    auto still_wanted = TRY(find_wanted(tx, file));
    if (still_wanted) {
      still_wanted->by_other = by_other;
    } else if (!by_other) {
      store::end_media_fetch(tx, file.name(), process_);
    }
    return still_wanted;
  });
}

bool RemoteMediaService::is_claimed_by_other(db::Tx& tx, const RemoteFile& file) {
  const auto name = file.name();
  const auto until = tx.now() + kLongestFetch;
  const auto holder = store::claim_media_fetch(tx, name, process_, until);
  if (holder == process_) return false;
  if (jobs::is_number_taken(tx, holder)) return true;
  return !store::take_media_fetch(tx, name, holder, process_, until);
}

void RemoteMediaService::end(db::Session& session, const RemoteFile& file) {
  write(session, [&](db::Tx& tx) { store::end_media_fetch(tx, file.name(), process_); });
}

Result<std::optional<RemoteMediaService::Wanted>> RemoteMediaService::find_wanted(db::Tx& tx, const RemoteFile& file) {
  using Answer = std::optional<Wanted>;
  if (file.picture) {
    const auto state = store::find_picture(tx, *file.picture, file.id);
    if (!state || state->local || state->url.empty() || state->is_here()) return Answer();
    if (!may_show(state->domain.empty() ? host_of(state->url) : state->domain, state->owner_uri))
      return fail(Errc::forbidden, "", "files of this domain are refused");
    const auto& picture = state->picture;
    const bool same = picture && picture->remote_url == state->url;
    if (same && picture->retry_at && *picture->retry_at > tx.now()) return std::unexpected(resting());
    return Wanted{state->url, file.picture == PictureKind::emoji ? kMaxEmojiBytes : kMaxPictureBytes};
  }
  const auto found = store::find_remote_media(tx, MediaId{file.id});
  if (!found || found->media.file_key) return Answer();
  const auto& media = found->media;
  if (media.state == MediaState::refused || !may_show(found->domain, found->author_uri)) {
    return fail(Errc::forbidden, "", "files of this domain are refused");
  }
  if (media.retry_at && *media.retry_at > tx.now()) return std::unexpected(resting());
  return Wanted{*media.remote_url, env_.config.media.remote_size_bytes};
}

Result<void> RemoteMediaService::finish(db::Session& session, const RemoteFile& file, const std::string& url,
                                        const media::WorkFolder& folder, const std::filesystem::path& path) {
  auto done = file.picture ? finish_picture(session, file, url, folder, path)
                           : finish_attachment(session, MediaId{file.id}, url, folder, path);
  if (!done) release(session, file);
  return done;
}

Result<void> RemoteMediaService::finish_attachment(db::Session& session, MediaId id, const std::string& url,
                                                   const media::WorkFolder& folder, const std::filesystem::path& path) {
  const auto type = TRY(type_of(path));
  const auto& processor = library_->processor();
  const bool is_heic = type.content_type == "image/heic";
  if (!is_heic && !media::is_served(type.extension))
    return fail(Errc::invalid, "", "a type that the web does not know");
  media::Made made;
  if (is_heic) {
    made = TRY(processor.image(folder.path(), path));
  } else if (type.kind == model::MediaType::image) {
    made = TRY(processor.preview(folder.path(), path));
    made.file = path;
    made.content_type = type.content_type;
  } else {
    made = TRY(processor.film_preview(folder.path(), path, type));
  }
  if (made.file == path) {
    // As the other server gave it, under the ending of what it is.
    made.file = folder.path() / ("original." + std::string(type.extension));
    std::filesystem::rename(path, made.file);
  }
  TRY_VOID(reserve(session, {.picture = std::nullopt, .id = id.value}, url, TRY(size_of(made))));
  const auto keys = TRY(store_made(session, *library_, made));
  const auto named = session.write([&](db::Tx& tx) -> Result<bool> {
    auto locked = store::lock_media(tx, std::span(&id, 1));
    if (locked.empty() || locked.front().remote_url != url) return false;  // deleted or changed meanwhile
    MediaAttachment& media = locked.front();
    if (media.state == MediaState::refused) return fail(Errc::forbidden, "", "files of this domain are refused now");
    if (media.bytes != keys.bytes) return lost_its_room();
    TRY_VOID(service::settle(tx, keys.all()));
    const auto blurhash = media.blurhash;
    take_over(media, made, keys);
    if (!made.blurhash.empty() || blurhash.empty()) media.blurhash = made.blurhash;
    media.last_viewed_at = tx.now();
    store::update_media(tx, media);
    if (media.status_id) {
      env_.events.tell(tx, events::StatusChanged{*media.status_id, media.account_id, events::StatusPart::media});
    }
    return true;
  });
  return settle(session, keys, named);
}

Result<void> RemoteMediaService::finish_picture(db::Session& session, const RemoteFile& file, const std::string& url,
                                                const media::WorkFolder& folder, const std::filesystem::path& path) {
  auto made = TRY(make_picture(*library_, folder, path, *file.picture));
  if (file.picture == PictureKind::emoji) TRY_VOID(bound_emoji(made));
  TRY_VOID(reserve(session, file, url, TRY(size_of(made))));
  const auto keys = TRY(store_made(session, *library_, made));
  const auto named = session.write([&](db::Tx& tx) -> Result<bool> {
    const auto state = store::lock_picture(tx, *file.picture, file.id);
    if (!state || state->url != url) return false;  // gone or changed meanwhile
    if (!state->picture || state->picture->bytes != keys.bytes) return lost_its_room();
    TRY_VOID(service::settle(tx, keys.all()));
    store::save_picture(tx, {.id = env_.ids.next<model::PictureId>(),
                             .kind = *file.picture,
                             .owner = file.id,
                             .remote_url = url,
                             .file_key = keys.file,
                             .still_key = keys.still,
                             .bytes = keys.bytes,
                             .blurhash = made.blurhash,
                             .retry_at = std::nullopt,
                             .last_viewed_at = tx.now()});
    if (file.picture == PictureKind::card) tell_card(tx, file.id);
    return true;
  });
  return settle(session, keys, named);
}

Result<void> RemoteMediaService::settle(db::Session& session, const StoredKeys& keys, const Result<bool>& named) {
  if (named && *named) return {};
  abandon(session, *library_, keys.all());
  if (!named) return std::unexpected(named.error());
  return {};
}

/// Its blurhash is known now.
void RemoteMediaService::tell_card(db::Tx& tx, std::int64_t card) {
  constexpr int kMaxTold = 100;
  for (const auto& status : store::list_card_statuses(tx, PreviewCardId{card}, kMaxTold)) {
    env_.events.tell(tx, events::StatusChanged{status.id, status.author, events::StatusPart::card});
  }
}

Result<void> RemoteMediaService::reserve(db::Session& session, const RemoteFile& file, const std::string& url,
                                         std::int64_t bytes) {
  constexpr int kAttempts = 5;
  const auto budget = static_cast<std::int64_t>(env_.config.media.cache_size_bytes);
  if (bytes > budget) return fail(Errc::invalid, "", "larger than media.cache_size");
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto excess = TRY(session.write([&](db::Tx& tx) { return try_reserve(tx, file, url, bytes); }));
    if (excess <= 0) return {};
    make_room(session, bytes);
  }
  return fail(Errc::unavailable, "", "others take the room as fast as it is made");
}

Result<std::int64_t> RemoteMediaService::try_reserve(db::Tx& tx, const RemoteFile& file, const std::string& url,
                                                     std::int64_t bytes) {
  const auto budget = static_cast<std::int64_t>(env_.config.media.cache_size_bytes);
  // The row first, then what is counted: so does whoever evicts.
  if (!file.picture) {
    const MediaId id{file.id};
    const auto locked = store::lock_media(tx, std::span(&id, 1));
    if (locked.empty()) return 0;
    const auto excess = store::lock_cache_usage(tx) - locked.front().bytes + bytes - budget;
    if (excess <= 0) store::reserve_for_media(tx, id, bytes);
    return excess;
  }
  const auto state = store::lock_picture(tx, *file.picture, file.id);
  if (!state) return 0;
  const auto own = state->picture ? state->picture->bytes : 0;
  const auto excess = store::lock_cache_usage(tx) - own + bytes - budget;
  if (excess > 0) return excess;
  store::save_picture(tx, {.id = env_.ids.next<model::PictureId>(),
                           .kind = *file.picture,
                           .owner = file.id,
                           .remote_url = url,
                           .file_key = std::nullopt,
                           .still_key = std::nullopt,
                           .bytes = bytes,
                           .retry_at = std::nullopt,
                           .last_viewed_at = tx.now()});
  return 0;
}

void RemoteMediaService::release(db::Session& session, const RemoteFile& file) {
  write(session, [&](db::Tx& tx) {
    if (!file.picture) {
      const MediaId id{file.id};
      const auto locked = store::lock_media(tx, std::span(&id, 1));
      if (!locked.empty() && !locked.front().file_key) store::reserve_for_media(tx, id, 0);
      return;
    }
    auto state = store::lock_picture(tx, *file.picture, file.id);
    if (!state || state->local || !state->picture || state->picture->file_key || state->picture->bytes == 0) return;
    state->picture->bytes = 0;
    store::save_picture(tx, *state->picture);
  });
}

void RemoteMediaService::forget(db::Session& session, const RemoteFile& file) {
  log::info("a copy is missing in the store", {log::kv("file", file.name())});
  write(session, [&](db::Tx& tx) {
    store::CachedFile row{
        .picture = file.picture.has_value(), .id = file.id, .bytes = 0, .last_viewed_at = {}, .remote_url = {}};
    if (file.picture) {
      const auto state = store::find_picture(tx, *file.picture, file.id);
      if (!state || !state->picture) return;
      row.id = state->picture->id.value;
    }
    store::evict_cached_files(tx, std::span(&row, 1));
  });
}

void RemoteMediaService::failed(db::Session& session, const RemoteFile& file, std::string_view why, Trouble trouble) {
  log::debug("a remote file is of no use", {log::kv("file", file.name()), log::kv("why", why)});
  write(session, [&](db::Tx& tx) {
    if (!file.picture) {
      const MediaId id{file.id};
      auto locked = store::lock_media(tx, std::span(&id, 1));
      if (locked.empty() || locked.front().is_local()) return;
      MediaAttachment& media = locked.front();
      media.failure = text::to_valid_utf8(why.substr(0, 500));
      media.failures = std::min(media.failures + 1, 1000);
      media.retry_at = tx.now() + pause_after(media.failures, trouble);
      const bool hopeless = trouble == Trouble::lasting || media.failures >= kHopeless;
      const bool becomes_link = hopeless && media.state == MediaState::remote;
      if (becomes_link) media.state = MediaState::failed;
      store::update_media(tx, media);
      if (becomes_link && media.status_id) {
        env_.events.tell(tx, events::StatusChanged{*media.status_id, media.account_id, events::StatusPart::media});
      }
      return;
    }
    const auto state = store::find_picture(tx, *file.picture, file.id);
    if (!state || state->local) return;
    const bool same = state->picture && state->picture->remote_url == state->url;
    const int failures = same ? std::min(state->picture->failures + 1, 1000) : 1;
    store::save_picture(tx, {.id = env_.ids.next<model::PictureId>(),
                             .kind = *file.picture,
                             .owner = file.id,
                             .remote_url = state->url,
                             .file_key = std::nullopt,
                             .still_key = std::nullopt,
                             .failures = failures,
                             .retry_at = tx.now() + pause_after(failures, trouble),
                             .last_viewed_at = tx.now()});
  });
}

std::int64_t RemoteMediaService::evict(db::Session& session, std::int64_t excess, bool also_unavailable) {
  std::int64_t gone = 0;
  std::optional<Time> after;
  while (gone < excess) {
    std::vector<store::CachedFile> seen;
    std::vector<std::string> keys;
    std::int64_t freed = 0;
    write(session, [&](db::Tx& tx) {
      freed = 0;
      seen = store::list_cached_files(tx, after, tx.now() - kGrace, kEvictedAtOnce);
      const auto silent = also_unavailable ? std::set<std::string>() : silent_hosts(tx, seen);
      std::vector<store::CachedFile> chosen;
      for (const auto& one : seen) {
        if (gone + freed >= excess || silent.contains(host_of(one.remote_url))) continue;
        freed += one.bytes;
        chosen.push_back(one);
      }
      keys = store::begin_dropping_keys(tx, store::evict_cached_files(tx, chosen), tx.now() - kGrace);
    });
    if (const auto dropped = drop(session, keys); !dropped) {
      log::warn("evicted files stay in the store for now", {log::kv("why", dropped.error().detail)});
    }
    gone += freed;
    if (seen.size() < kEvictedAtOnce) break;
    after = seen.back().last_viewed_at;
    if (freed == 0) after = *after + 1ms;
  }
  return gone;
}

std::int64_t RemoteMediaService::make_room(db::Session& session, std::int64_t bytes) {
  const auto budget = static_cast<std::int64_t>(env_.config.media.cache_size_bytes);
  const auto used =
      session.read([](db::Tx& tx) -> Result<std::int64_t> { return store::count_cached_files(tx).bytes; });
  if (!used || *used + bytes <= budget) return 0;
  const std::int64_t excess = *used + bytes - budget + budget / kSpareShare;
  std::int64_t gone = evict(session, excess, false);
  // What could not come back goes last, but the budget holds.
  if (gone < *used + bytes - budget) gone += evict(session, excess - gone, true);
  log::info("files of other servers evicted", {log::kv("bytes", gone)});
  return gone;
}

RemoteMediaService::Pruned RemoteMediaService::prune(db::Session& session, Time before, bool dry_run,
                                                     const std::function<void(const Pruned&)>& progress) {
  Pruned pruned;
  std::optional<Time> after;
  for (;;) {
    std::vector<store::CachedFile> old;
    std::vector<std::string> keys;
    write(session, [&](db::Tx& tx) {
      old = store::list_cached_files(tx, dry_run ? after : std::nullopt, tx.now() - kGrace, kEvictedAtOnce);
      std::erase_if(old, [&](const store::CachedFile& one) { return one.last_viewed_at >= before; });
      if (!dry_run) keys = store::begin_dropping_keys(tx, store::evict_cached_files(tx, old), tx.now() - kGrace);
    });
    for (const auto& one : old) {
      ++pruned.files;
      pruned.bytes += one.bytes;
    }
    std::ignore = drop(session, keys);
    if (old.empty()) return pruned;
    progress(pruned);
    // Rows of one moment are on one page: a millisecond further none of them comes again.
    after = old.back().last_viewed_at + 1ms;
  }
}

Result<void> RemoteMediaService::drop(db::Session& session, std::span<const std::string> keys) {
  if (library_ == nullptr) return fail(Errc::unavailable, "", "this process handles no media");
  return drop_files(session, *library_, keys);
}

Result<std::string> RemoteMediaService::drop_unused(db::Session& session, std::string_view after) {
  if (library_ == nullptr) return fail(Errc::unavailable, "", "this process handles no media");
  const auto dropping = TRY(session.write([&](db::Tx& tx) -> Result<store::Dropping> {
    return store::begin_dropping_files(tx, after, tx.now() - kGrace, kLookedAtAtOnce);
  }));
  TRY_VOID(drop(session, dropping.keys));
  return dropping.last_seen;
}

}  // namespace dunlin::service
