#include "discovery.hpp"

#include "accept.hpp"
#include "tables.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/version.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/instance.hpp"

#include <chrono>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;
using std::chrono::days;
using std::chrono::minutes;

constexpr std::string_view kSchema = "http://nodeinfo.diaspora.software/ns/schema/";

http::Response cached_json(std::string_view content_type, std::string body, std::chrono::seconds max_age) {
  return Call::cacheable(http::text_response(200, content_type, std::move(body)), max_age);
}

std::string webfinger_template(const Call& call) {
  return call.config().origin() + "/.well-known/webfinger?resource={uri}";
}

Result<http::Response> show_host_meta_json(Call& call) {
  json::Writer writer;
  writer.begin_object().key("links").begin_array();
  writer.begin_object().field("rel", "lrdd").field("template", webfinger_template(call)).end_object();
  writer.end_array().end_object();
  return cached_json("application/json; charset=utf-8", writer.take(), days(3));
}

Result<http::Response> show_host_meta(Call& call) {
  http::Response response;
  if (preferred(call.request().headers.get("Accept")) == Preference::json) {
    response = TRY(show_host_meta_json(call));
  } else {
    response = cached_json("application/xrd+xml; charset=utf-8",
                           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n"
                           "  <Link rel=\"lrdd\" template=\"" +
                               text::escape_html(webfinger_template(call)) + "\"/>\n</XRD>\n",
                           days(3));
  }
  response.headers.set("Vary", "Accept, Origin");
  return response;
}

Result<http::Response> list_nodeinfo(Call& call) {
  const std::string& origin = call.config().origin();
  json::Writer writer;
  writer.begin_object().key("links").begin_array();
  // 2.0 first: Phanpy takes only the first it knows.
  for (const char* version : {"2.0", "2.1"}) {
    writer.begin_object()
        .field("rel", std::string(kSchema) + version)
        .field("href", origin + "/nodeinfo/" + version)
        .end_object();
  }
  writer.begin_object()
      .field("rel", "https://www.w3.org/ns/activitystreams#Application")
      .field("href", service::uris::instance_actor(call.config()))
      .end_object();
  writer.end_array().end_object();
  return cached_json("application/json; charset=utf-8", writer.take(), days(3));
}

Result<http::Response> show_nodeinfo(Call& call) {
  const std::string version(call.path_text("version"));
  if (version != "2.0" && version != "2.1") return fail(Errc::not_found, "Not Found");
  const config::Config& config = call.config();
  const store::InstanceCounts counts = store::count_instance(call.tx());
  json::Writer writer;
  writer.begin_object().field("version", version);
  writer.key("software").begin_object().field("name", "dunlin").field("version", kVersion).end_object();
  writer.key("protocols").begin_array().value("activitypub").end_array();
  writer.key("services").begin_object();
  writer.key("inbound").begin_array().end_array().key("outbound").begin_array().end_array().end_object();
  writer.field("openRegistrations", config.registrations.mode != "closed");
  writer.key("usage").begin_object().key("users").begin_object();
  writer.field("total", counts.users)
      .field("activeMonth", counts.active_month)
      .field("activeHalfyear", counts.active_half_year)
      .end_object();
  writer.field("localPosts", counts.local_statuses).field("localComments", counts.local_replies).end_object();
  writer.key("metadata").begin_object();
  writer.field("nodeName", config.instance.title).field("nodeDescription", config.instance.description);
  writer.key("staffAccounts").begin_array();
  if (!config.instance.contact_account.empty()) {
    const auto contact = store::find_account_by_handle(call.tx(), config.instance.contact_account, std::nullopt);
    if (contact) writer.value(contact->uri);
  }
  writer.end_array();
  writer.key("federation").begin_object().field("enabled", config.federation.mode != "off").end_object();
  writer.end_object().end_object();
  return cached_json("application/json; profile=\"" + std::string(kSchema) + version + "#\"; charset=utf-8",
                     writer.take(), minutes(30));
}

/// RFC 8414, with Mastodon's additions (client-api.md 2.5).
Result<http::Response> show_authorization_server(Call& call) {
  const std::string& origin = call.config().origin();
  json::Writer writer;
  const auto add_list = [&](std::string_view name, std::initializer_list<std::string_view> values) {
    writer.key(name).begin_array();
    for (const std::string_view value : values) writer.value(value);
    writer.end_array();
  };
  writer.begin_object()
      .field("issuer", origin + "/")
      .field("authorization_endpoint", origin + "/oauth/authorize")
      .field("token_endpoint", origin + "/oauth/token")
      .field("revocation_endpoint", origin + "/oauth/revoke")
      .field("userinfo_endpoint", origin + "/oauth/userinfo")
      .field("app_registration_endpoint", origin + "/api/v1/apps")
      .field("service_documentation", "https://docs.joinmastodon.org/");
  writer.key("scopes_supported").begin_array();
  for (const std::string& scope : service::scopes::all()) writer.value(scope);
  writer.end_array();
  add_list("response_types_supported", {"code"});
  add_list("response_modes_supported", {"query"});
  add_list("grant_types_supported", {"authorization_code", "client_credentials"});
  add_list("token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"});
  add_list("code_challenge_methods_supported", {"S256"});
  writer.end_object();
  return cached_json("application/json; charset=utf-8", writer.take(), minutes(5));
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/.well-known/webfinger", Auth::pub, "", &show_webfinger, Access::read, 0, Body::raw},
    {Method::get, "/.well-known/host-meta", Auth::pub, "", &show_host_meta, Access::own, 0, Body::raw},
    {Method::get, "/.well-known/host-meta.json", Auth::pub, "", &show_host_meta_json, Access::own, 0, Body::raw},
    {Method::get, "/.well-known/nodeinfo", Auth::pub, "", &list_nodeinfo, Access::own, 0, Body::raw},
    {Method::get, "/nodeinfo/:version", Auth::pub, "", &show_nodeinfo, Access::read, 0, Body::raw},
    {Method::get, "/.well-known/oauth-authorization-server", Auth::pub, "", &show_authorization_server, Access::own, 0,
     Body::raw},
};

}  // namespace

std::span<const api::Route> discovery_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
