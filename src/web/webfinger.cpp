#include "webfinger.hpp"

#include "discovery.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/shown_accounts.hpp"

namespace dunlin::web {

namespace {

Resource parse_handle(const config::Config& config, std::string_view handle) {
  if (handle.starts_with('@')) handle.remove_prefix(1);
  const std::size_t at = handle.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == handle.size()) return Malformed{};
  const std::string_view username = handle.substr(0, at);
  const auto domain = normalise_domain(handle.substr(at + 1));
  if (!domain) return Malformed{};
  if (!service::uris::is_own_domain(config, *domain)) return Nobody{};
  if (service::uris::is_own_domain(config, username)) return InstanceActor{};
  return Handle{std::string(username)};
}

Resource parse_address(const config::Config& config, std::string_view url) {
  if (!Url::parse(url)) return Malformed{};
  if (!service::uris::is_own_url(config, url)) return Nobody{};
  const std::string& origin = config.origin();
  if (url == origin || url == origin + "/") return InstanceActor{.as_service = true};
  if (const auto id = service::uris::parse_actor(config, url)) {
    return *id == model::kInstanceActorId ? Resource(InstanceActor{}) : Resource(*id);
  }
  if (const auto username = service::uris::parse_profile(config, url)) {
    // `/@user@domain` is a view of somebody else's profile.
    return username->contains('@') ? Resource(Nobody{}) : Resource(Handle{*username});
  }
  const std::string users = origin + "/users/";
  if (url.starts_with(users)) return Handle{std::string(url.substr(users.size()))};
  return Nobody{};
}

json::Writer& add_link(json::Writer& writer, std::string_view rel, std::string_view type, std::string_view href) {
  return writer.begin_object().field("rel", rel).field("type", type).field("href", href).end_object();
}

void add_self_links(json::Writer& writer, std::string_view id) {
  add_link(writer, "self", "application/activity+json", id);
  add_link(writer, "self", "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", id);
}

std::string render_instance_actor(const config::Config& config, const InstanceActor& actor) {
  const std::string id = service::uris::instance_actor(config);
  json::Writer writer;
  writer.begin_object().field("subject", "acct:" + config.server.domain + "@" + config.server.domain);
  writer.key("aliases").begin_array().value(id).end_array();
  writer.key("links").begin_array();
  add_self_links(writer, id);
  if (actor.as_service) {
    add_link(writer, "https://www.w3.org/ns/activitystreams#Service", "application/activity+json", id);
  }
  writer.end_array().end_object();
  return writer.take();
}

std::string_view image_type(std::string_view url) {
  if (url.ends_with(".webp")) return "image/webp";
  if (url.ends_with(".jpg") || url.ends_with(".jpeg")) return "image/jpeg";
  if (url.ends_with(".gif")) return "image/gif";
  return "image/png";
}

std::string render_account(const config::Config& config, const model::Account& account) {
  const std::string avatar = service::media_urls::avatar(config, account);
  json::Writer writer;
  writer.begin_object().field("subject", "acct:" + account.username + "@" + config.server.domain);
  writer.key("aliases").begin_array().value(account.url).value(account.uri).end_array();
  writer.key("links").begin_array();
  add_self_links(writer, account.uri);
  add_link(writer, "http://webfinger.net/rel/profile-page", "text/html", account.url);
  add_link(writer, "http://webfinger.net/rel/avatar", image_type(avatar), avatar);
  writer.end_array().end_object();
  return writer.take();
}

}  // namespace

Resource parse_resource(const config::Config& config, std::string_view resource) {
  resource = text::trim(resource);
  if (resource.empty() || resource.size() > 2048) return Malformed{};
  if (text::starts_with_ignore_case(resource, "acct:")) return parse_handle(config, resource.substr(5));
  if (text::starts_with_ignore_case(resource, "https://") || text::starts_with_ignore_case(resource, "http://")) {
    return parse_address(config, resource);
  }
  const std::size_t colon = resource.find(':');
  const std::size_t at = resource.find('@');
  // A scheme we do not know; a port comes after the '@'.
  if (colon != std::string_view::npos && (at == std::string_view::npos || colon < at)) return Malformed{};
  return parse_handle(config, resource);
}

Result<http::Response> show_webfinger(api::Call& call) {
  const config::Config& config = call.config();
  const Resource resource = parse_resource(config, call.params().text("resource").value_or(""));
  std::string document;
  if (std::holds_alternative<Malformed>(resource))
    return fail(Errc::bad_request, "The resource is missing or malformed");
  if (const auto* actor = std::get_if<InstanceActor>(&resource)) {
    document = render_instance_actor(config, *actor);
  } else {
    std::optional<model::Account> account;
    if (const auto* handle = std::get_if<Handle>(&resource)) {
      account = store::find_shown_account_by_handle(call.tx(), handle->username, std::nullopt);
    } else if (const auto* id = std::get_if<AccountId>(&resource)) {
      account = store::find_shown_account(call.tx(), *id);
    }
    if (!account || !account->is_local()) return fail(Errc::not_found, "Record not found");
    if (account->suspended_at) return fail(Errc::gone, "Gone");
    document = render_account(config, *account);
  }
  return api::Call::cacheable(http::text_response(200, "application/jrd+json; charset=utf-8", std::move(document)),
                              std::chrono::days(3));
}

}  // namespace dunlin::web
