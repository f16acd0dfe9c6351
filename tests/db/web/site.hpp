#pragma once

#include "support/fake_federation.hpp"
#include "support/recorded_events.hpp"
#include "support/world.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/password.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/services.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/web/routes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline std::string encode(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += text::percent_encode(name) + "=" + text::percent_encode(value);
  }
  return out;
}

struct Reply {
  http::Response response;

  [[nodiscard]] int status() const { return response.status; }
  [[nodiscard]] std::string header(std::string_view name) const { return std::string(response.headers.get(name)); }
  [[nodiscard]] std::string location() const { return header("Location"); }
  [[nodiscard]] const std::string& body() const { return response.shared_body ? *response.shared_body : response.body; }
  [[nodiscard]] bool shows(std::string_view text) const { return body().contains(text); }
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body()); }
  /// A parameter of the query of Location.
  [[nodiscard]] std::string parameter(const std::string& name) const {
    const std::string target = location();
    http::Request request;
    const std::size_t query = target.find('?');
    if (query != std::string::npos) request.query = target.substr(query + 1);
    return http::Params::parse_query(request)->text(name).value_or("");
  }
  /// The value of an input of the page.
  [[nodiscard]] std::string input(const std::string& name) const {
    const std::string mark = "name=\"" + name + "\" value=\"";
    const std::size_t start = body().find(mark);
    if (start == std::string::npos) return {};
    std::string value = body().substr(start + mark.size(), body().find('"', start + mark.size()) - start - mark.size());
    const std::pair<const char*, const char*> entities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
    for (const auto& [entity, text] : entities) value = text::replace_all(std::move(value), entity, text);
    return value;
  }
};

/// The whole web surface over a World.
class Site {
 public:
  static config::Config default_config() {
    config::Config config;
    config.server.domain = "example.org";
    config.server.public_url = "https://example.org";
    config.instance.title = "Mudflat";
    return config;
  }
  explicit Site(config::Config settings = default_config(),
                std::span<const std::span<const api::Route>> tables = web::routes())
      : config(std::move(settings)),
        environment_{world.clock, world.ids, config, federation, queue, events},
        services(environment_),
        dispatcher({environment_, services}, tables, &web::error_page) {}

  World world;
  config::Config config;
  FakeFederation federation;
  jobs::Queue queue{nullptr};
  RecordedEvents events;

 private:
  service::Environment environment_;

 public:
  service::Services services;
  api::Dispatcher dispatcher;

  [[nodiscard]] service::Environment& environment() { return environment_; }

  /// A local account whose password is "correct horse".
  model::Account person(const std::string& username) {
    static const std::string kHash = crypto::hash_password("correct horse").value();
    const auto account = world.local_account(username);
    change_user(account, [](model::User& user) { user.password_hash = kHash; });
    return account;
  }
  template <class F>
  void change_user(const model::Account& account, F change) {
    auto user = world.user_of(account);
    change(user);
    world.write([&](db::Tx& tx) { store::update_user(tx, user); });
  }

  Reply send(http::Method method, const std::string& target, const std::string& body = {},
             const std::vector<http::Header>& headers = {}) {
    http::Request request;
    request.method = method;
    request.method_text = http::to_string(method);
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.body = body;
    request.remote_address = "192.0.2.1";
    for (const http::Header& header : headers) request.headers.add(header.name, header.value);
    service::RemoteDocuments documents;
    return {dispatcher.handle(request, world.session(), documents)};
  }
  Reply get(const std::string& target, const std::vector<http::Header>& headers = {}) {
    return send(http::Method::get, target, {}, headers);
  }
  Reply head(const std::string& target, const std::vector<http::Header>& headers = {}) {
    return send(http::Method::head, target, {}, headers);
  }
  Reply post(const std::string& target, const Fields& fields, std::vector<http::Header> headers = {}) {
    headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return send(http::Method::post, target, encode(fields), headers);
  }
  Reply bearer(const std::string& target, const std::string& token) {
    return get(target, {{"Authorization", "Bearer " + token}});
  }
};

/// A person's browser: keeps cookies, follows nothing by itself.
class Browser {
 public:
  explicit Browser(Site& site) : site_(&site) {}

  Reply get(const std::string& target) { return keep(site_->get(target, headers())); }
  Reply post(const std::string& target, const Fields& fields, const std::vector<http::Header>& extra = {}) {
    auto all = headers();
    all.insert(all.end(), extra.begin(), extra.end());
    return keep(site_->post(target, fields, all));
  }
  Reply sign_in(const std::string& login, const std::string& password, const std::string& return_to = "/") {
    const Reply form = get("/auth/sign_in?return_to=" + text::percent_encode(return_to));
    return post("/auth/sign_in", {{"csrf_token", form.input("csrf_token")},
                                  {"return_to", form.input("return_to")},
                                  {"login", login},
                                  {"password", password}});
  }
  /// Sends the consent form of `page` back.
  Reply answer(const Reply& page, bool approve) {
    Fields fields;
    for (const char* name : {"csrf_token", "response_type", "client_id", "redirect_uri", "scope", "state",
                             "code_challenge", "code_challenge_method"}) {
      if (page.shows("name=\"" + std::string(name) + "\"")) fields.emplace_back(name, page.input(name));
    }
    if (!approve) fields.emplace_back("_method", "delete");
    return post("/oauth/authorize", fields);
  }

  std::map<std::string, std::string> cookies;

 private:
  std::vector<http::Header> headers() const {
    std::string value;
    for (const auto& [name, content] : cookies) value += (value.empty() ? "" : "; ") + name + "=" + content;
    std::vector<http::Header> out = {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};
    if (!value.empty()) out.push_back({"Cookie", value});
    return out;
  }
  Reply keep(Reply reply) {
    for (const http::Header& field : reply.response.headers.all()) {
      if (field.name != "Set-Cookie") continue;
      const std::size_t equals = field.value.find('=');
      const std::string name = field.value.substr(0, equals);
      const std::string content = field.value.substr(equals + 1, field.value.find(';') - equals - 1);
      if (content.empty()) {
        cookies.erase(name);
      } else {
        cookies[name] = content;
      }
    }
    return reply;
  }

  Site* site_;
};

/// A registered application.
struct App {
  std::string id;
  std::string secret;
  std::string redirect_uri;

  static App make(Site& site, const std::string& redirect_uri = "https://app.example/back?x=1",
                  const std::string& scopes = "read write follow push") {
    const auto reply = site.post("/api/v1/apps", {{"client_name", "Sandpiper <App>"},
                                                  {"redirect_uris", redirect_uri},
                                                  {"scopes", scopes},
                                                  {"website", "https://app.example"}});
    REQUIRE(reply.status() == 200);
    const auto json = reply.json();
    return {json.at("client_id"), json.at("client_secret"), redirect_uri};
  }
  [[nodiscard]] Fields request(Fields extra = {}) const {
    Fields out = {
        {"response_type", "code"}, {"client_id", id}, {"redirect_uri", redirect_uri}, {"scope", "read write"}};
    for (auto& [name, value] : extra) {
      const auto found = std::ranges::find(out, name, &std::pair<std::string, std::string>::first);
      if (found == out.end()) {
        out.emplace_back(name, value);
      } else {
        found->second = value;
      }
    }
    return out;
  }
  [[nodiscard]] std::string authorize(const Fields& extra = {}) const {
    return "/oauth/authorize?" + encode(request(extra));
  }
  Reply exchange(Site& site, const std::string& code, const Fields& extra = {}) const {
    Fields fields = {{"grant_type", "authorization_code"},
                     {"client_id", id},
                     {"client_secret", secret},
                     {"redirect_uri", redirect_uri},
                     {"code", code}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return site.post("/oauth/token", fields);
  }
};

}  // namespace dunlin::test
