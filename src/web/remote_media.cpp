#include "dunlin/service/remote_media.hpp"

#include "media.hpp"
#include "tables.hpp"
#include "visitor.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/media_cache.hpp"
#include "dunlin/store/pictures.hpp"
#include "dunlin/store/refused_media.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <tuple>

/// Files of other servers, from our own copies. A copy that is missing is fetched, by whoever looks first, and the
/// request runs again.
namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;
using model::PictureKind;
using service::RemoteFile;

namespace urls = service::media_urls;

/// The address changes with the file, not with our copy of it.
constexpr const char* kLong = "public, max-age=2592000, immutable";
/// An emoji may get another picture at the same address.
constexpr const char* kOneDay = "public, max-age=86400";
/// A copy that was looked at within this time is not marked again.
constexpr std::chrono::hours kMarkedFor{1};

std::optional<std::int64_t> owner_of(const Call& call) {
  const auto id = MediaId::parse(call.path_text("id"));
  return id ? std::optional(id->value) : std::nullopt;
}

/// false: it could not be had. Errors: need_remote, too_many_requests.
Result<bool> fetch(Call& call, const RemoteFile& file) {
  const bool asks = call.documents().is_first_run();
  if (asks && !call.services().remote_media.may_ask(visitor_of(call.request()).value_or(""))) {
    return fail(Errc::too_many_requests, "Too many requests");
  }
  const auto* document = TRY(call.documents().get({file.name(), service::RemoteKind::media}));
  return document->failure.empty();
}

template <class F>
void mark_viewed(Call& call, Time last, F touch) {
  if (call.env().clock.now() - last <= kMarkedFor) return;
  std::ignore = call.session().write([&](db::Tx& tx) -> Result<void> {
    touch(tx);
    return {};
  });
}

/// As serve_media; not_found: the store has lost it, and it has been forgotten, so that it can be fetched again.
Result<http::Response> serve_copy(Call& call, const RemoteFile& file, const std::string& key) {
  auto answer = serve_media(call, key, file.picture == PictureKind::emoji ? kOneDay : kLong);
  if (!answer && answer.error().code == Errc::not_found) call.services().remote_media.forget(call.session(), file);
  return answer;
}

/// The place of a picture that cannot be had, for now.
http::Response instead(const std::string& url) {
  http::Response response;
  response.status = 302;
  response.headers.add("Location", url);
  response.headers.add("Cache-Control", "public, max-age=300");
  return response;
}

/// Of a post, at this address, and of a server whose files the admin lets in.
bool is_shown(Call& call, const store::OwnedMedia& found) {
  return found.media.status_id && urls::tag_of(*found.media.remote_url) == call.path_text("tag") &&
         found.media.state != model::MediaState::refused &&
         call.services().remote_media.may_show(found.domain, found.author_uri);
}

Result<http::Response> show_attachment(Call& call) {
  const auto id = TRY(call.path_id<MediaId>("id"));
  const bool whole = call.path_text("variant") == "original";
  if (!whole && call.path_text("variant") != "preview") return fail(Errc::not_found, "Not Found");
  const auto find = [&] {
    return call.session().read(
        [&](db::Tx& tx) -> Result<std::optional<store::OwnedMedia>> { return store::find_remote_media(tx, id); });
  };
  const RemoteFile file{.picture = std::nullopt, .id = id.value};
  auto found = TRY(find());
  if (!found || !is_shown(call, *found)) return fail(Errc::not_found, "Not Found");
  auto* media = &found->media;
  const auto serve = [&] {
    return serve_copy(call, file, whole || !media->preview_key ? *media->file_key : *media->preview_key);
  };
  if (media->file_key) {
    mark_viewed(call, media->last_viewed_at, [&](db::Tx& tx) { store::touch_media(tx, id); });
    auto answer = serve();
    if (answer || answer.error().code != Errc::not_found) return answer;
  }
  if (!TRY(fetch(call, file))) return fail(Errc::remote_failed, "Remote data could not be fetched", media->failure);
  found = TRY(find());
  if (!found || !found->media.file_key) return fail(Errc::remote_failed, "Remote data could not be fetched");
  media = &found->media;
  return serve();
}

bool is_shown(Call& call, const store::PictureState& state) {
  if (state.local || state.url.empty() || urls::tag_of(state.url) != call.path_text("tag")) return false;
  const auto domain = state.domain.empty() ? domain_of(state.url) : state.domain;
  return call.services().remote_media.may_show(domain, state.owner_uri);
}

Result<http::Response> show_picture(Call& call, PictureKind kind, const std::string& otherwise) {
  const auto owner = owner_of(call);
  if (!owner) return fail(Errc::not_found, "Not Found");
  const auto find = [&] {
    return call.session().read([&](db::Tx& tx) -> Result<std::optional<store::PictureState>> {
      return store::find_picture(tx, kind, *owner);
    });
  };
  auto state = TRY(find());
  if (!state || !is_shown(call, *state)) {
    return otherwise.empty() ? Result<http::Response>(fail(Errc::not_found, "Not Found")) : instead(otherwise);
  }
  const RemoteFile file{.picture = kind, .id = *owner};
  const bool still = call.request().path.ends_with("/still");
  const auto serve = [&] {
    const auto& picture = *state->picture;
    return serve_copy(call, file, still ? picture.still_key.value_or(*picture.file_key) : *picture.file_key);
  };
  if (state->is_here()) {
    const auto id = state->picture->id;
    mark_viewed(call, state->picture->last_viewed_at, [&](db::Tx& tx) { store::touch_picture(tx, id); });
    auto answer = serve();
    if (answer || answer.error().code != Errc::not_found) return answer;
  }
  const auto fetched = fetch(call, file);
  if (!fetched && (fetched.error().code != Errc::too_many_requests || otherwise.empty())) {
    return std::unexpected(fetched.error());
  }
  if (fetched.value_or(false)) state = TRY(find());
  if (state && state->is_here()) return serve();
  if (!otherwise.empty()) return instead(otherwise);
  return fail(Errc::remote_failed, "Remote data could not be fetched");
}

Result<http::Response> show_avatar(Call& call) {
  return show_picture(call, PictureKind::avatar, service::uris::default_avatar(call.config()));
}
Result<http::Response> show_header(Call& call) {
  return show_picture(call, PictureKind::header, service::uris::default_header(call.config()));
}
Result<http::Response> show_emoji(Call& call) {
  return show_picture(call, PictureKind::emoji, {});
}

Result<http::Response> show_card_picture(Call& call) {
  return show_picture(call, PictureKind::card, {});
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/media/remote/:id/:tag/:variant", Auth::pub, "", &show_attachment, Access::own, 0, Body::raw},
    {Method::get, "/media/avatars/:id/:tag", Auth::pub, "", &show_avatar, Access::own, 0, Body::raw},
    {Method::get, "/media/avatars/:id/:tag/still", Auth::pub, "", &show_avatar, Access::own, 0, Body::raw},
    {Method::get, "/media/headers/:id/:tag", Auth::pub, "", &show_header, Access::own, 0, Body::raw},
    {Method::get, "/media/headers/:id/:tag/still", Auth::pub, "", &show_header, Access::own, 0, Body::raw},
    {Method::get, "/media/cards/:id/:tag", Auth::pub, "", &show_card_picture, Access::own, 0, Body::raw},
    {Method::get, "/media/emojis/:id/:tag", Auth::pub, "", &show_emoji, Access::own, 0, Body::raw},
    {Method::get, "/media/emojis/:id/:tag/still", Auth::pub, "", &show_emoji, Access::own, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> remote_media_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
