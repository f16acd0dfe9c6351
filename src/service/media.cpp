#include "dunlin/service/media.hpp"

#include "fetch_ahead.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/remote_media.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/pictures.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace dunlin::service {

using model::MediaAttachment;
using model::MediaState;
using model::MediaType;

namespace {

std::optional<double> parse_number(std::string_view text) {
  text = text::trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return std::clamp(value, -1.0, 1.0);
}

std::string listed(std::span<const MediaId> ids) {
  std::vector<std::string> texts;
  for (const MediaId id : ids) texts.push_back(id.str());
  return text::join(texts, ", ");
}

MediaAttachment new_remote_media(MediaId id, const model::Status& status, const RemoteMedia& named, Time now) {
  MediaAttachment media;
  media.id = id;
  media.account_id = status.account_id;
  media.status_id = status.id;
  media.type = named.type;
  media.state = MediaState::remote;
  media.description = named.description;
  media.focus = named.focus;
  media.blurhash = named.blurhash;
  media.content_type = named.content_type;
  media.width = named.width;
  media.height = named.height;
  media.duration = named.duration;
  media.remote_url = named.url;
  media.last_viewed_at = now;
  media.created_at = now;
  media.updated_at = now;
  return media;
}

/// true: something is different now.
bool change_media(MediaAttachment& media, const MediaChange& change) {
  const auto before = std::pair{media.description, media.focus};
  if (change.description) media.description = *change.description;
  if (change.focus) media.focus = *change.focus;
  return before != std::pair{media.description, media.focus};
}

}  // namespace

std::optional<model::FocalPoint> MediaService::parse_focus(std::string_view text) {
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto x = parse_number(text.substr(0, comma));
  const auto y = parse_number(text.substr(comma + 1));
  if (!x || !y) return std::nullopt;
  return model::FocalPoint{*x, *y};
}

Result<void> MediaService::check_description(std::string_view description) {
  if (text::count_graphemes(description) <= kMaxMediaDescription) return {};
  return fail(Errc::invalid, fmt::format("Validation failed: Description is too long (maximum is {} characters)",
                                         kMaxMediaDescription));
}

Result<MediaAttachment> MediaService::get_own(db::Tx& tx, AccountId owner, MediaId id) {
  auto media = store::find_media(tx, id);
  const bool usable =
      media && media->account_id == owner && media->is_local() && !media->status_id && !media->scheduled_id;
  if (!usable) return fail(Errc::not_found, "Record not found");
  return std::move(*media);
}

Result<MediaAttachment> MediaService::update(db::Tx& tx, AccountId owner, MediaId id, const MediaChange& change) {
  if (change.description) TRY_VOID(check_description(*change.description));
  auto media = TRY(get_own(tx, owner, id));
  if (change_media(media, change)) store::describe_media(tx, media);
  return media;
}

Result<void> MediaService::remove(db::Tx& tx, AccountId owner, MediaId id) {
  const auto media = store::find_media(tx, id);
  if (!media || media->account_id != owner || !media->is_local()) return fail(Errc::not_found, "Record not found");
  if (media->status_id || media->scheduled_id || !store::delete_unused_media(tx, id)) {
    return fail(Errc::invalid, "Media attachment is currently used by a status");
  }
  return {};
}

Result<std::vector<MediaAttachment>> MediaService::get_attachable(db::Tx& tx, AccountId owner,
                                                                  std::span<const MediaId> ids,
                                                                  std::optional<StatusId> editing,
                                                                  std::optional<std::int64_t> scheduled) {
  if (ids.size() > kMaxMediaOfStatus) {
    return fail(Errc::invalid, fmt::format("Cannot attach more than {} files", kMaxMediaOfStatus));
  }
  auto found = store::lock_media(tx, ids);
  std::vector<MediaAttachment> media;
  std::vector<MediaId> missing;
  for (const MediaId id : ids) {
    const auto one = std::ranges::find(found, id, &MediaAttachment::id);
    const bool usable = one != found.end() && one->account_id == owner && one->is_local() &&
                        (!one->status_id || one->status_id == editing) &&
                        (!one->scheduled_id || one->scheduled_id == scheduled);
    if (!usable) {
      missing.push_back(id);
    } else {
      media.push_back(std::move(*one));
      found.erase(one);
    }
  }
  if (!missing.empty()) {
    return fail(Errc::invalid, fmt::format("Media {} not found or already attached to another post", listed(missing)));
  }
  const bool alone = std::ranges::any_of(
      media, [](const MediaAttachment& one) { return one.type != MediaType::image && one.type != MediaType::unknown; });
  if (alone && media.size() > 1) {
    return fail(Errc::invalid, "Cannot attach a video to a post that already contains images");
  }
  if (std::ranges::any_of(media, [](const MediaAttachment& one) { return one.state != MediaState::done; })) {
    return fail(Errc::invalid, "Cannot attach files that have not finished processing. Try again in a moment!");
  }
  return media;
}

Result<bool> MediaService::apply(db::Tx& tx, StatusId status, std::span<const MediaAttributes> attributes) {
  bool changed = false;
  for (const MediaAttributes& one : attributes) {
    if (one.change.description) TRY_VOID(check_description(*one.change.description));
    auto media = store::find_media(tx, one.id);
    if (!media || media->status_id != status || !change_media(*media, one.change)) continue;
    store::describe_media(tx, *media);
    changed = true;
  }
  return changed;
}

void MediaService::receive(db::Tx& tx, const model::Status& status, std::span<const RemoteMedia> named) {
  auto known = store::list_status_media(tx, status.id);
  std::vector<MediaId> shown;
  std::vector<RemoteFile> new_files;
  for (const RemoteMedia& one : named.first(std::min(named.size(), kMaxRemoteMedia))) {
    const auto same = std::ranges::find(known, one.url, [](const MediaAttachment& m) { return *m.remote_url; });
    if (same != known.end()) {
      same->description = one.description;
      same->focus = one.focus;
      store::describe_media(tx, *same);
      shown.push_back(same->id);
      known.erase(same);  // named twice, it is shown twice
      continue;
    }
    const auto id = env_.ids.next<MediaId>();
    store::insert_media(tx, new_remote_media(id, status, one, tx.now()));
    if (one.type != MediaType::unknown) new_files.push_back({.picture = std::nullopt, .id = id.value});
    shown.push_back(id);
  }
  if (!new_files.empty()) {
    const auto author = store::find_picture(tx, model::PictureKind::avatar, status.account_id.value);
    fetch_ahead(env_, tx, author ? author->domain : "", new_files);
  }
  if (!shown.empty() || !known.empty()) store::attach_media(tx, status.id, shown);
}

}  // namespace dunlin::service
