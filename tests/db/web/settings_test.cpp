#include "db/web/site.hpp"

#include "dunlin/store/user_settings.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

struct SignedIn {
  Site site;
  model::Account alice = site.person("alice");
  Browser browser{site};

  SignedIn() { browser.sign_in("alice", "correct horse"); }
  Reply send(const std::string& path, Fields fields) {
    fields.emplace_back("csrf_token", browser.get(path).input("csrf_token"));
    return browser.post(path, fields);
  }
};

const Fields kChoices{{"visibility", "private"}, {"quote_policy", "followers"}, {"language", "de"},
                      {"sensitive", "1"},        {"expand_media", "show_all"},  {"autoplay_gifs", "1"}};

}  // namespace

TEST_CASE("preferences are saved and shown again", "[web][settings]") {
  SignedIn s;
  CHECK(s.send("/settings/preferences", kChoices).location() == "/settings/preferences?changed=1");
  const auto user = s.site.world.user_of(s.alice);
  CHECK(user.default_visibility == model::Visibility::private_);
  CHECK(user.default_quote_policy == "followers");
  CHECK(user.default_language == "de");
  CHECK(user.default_sensitive);
  const auto reading = s.site.world.read([&](db::Tx& tx) { return store::get_reading_preferences(tx, user.id); });
  CHECK(reading.expand_media == model::ExpandMedia::show_all);
  CHECK_FALSE(reading.expand_spoilers);
  CHECK(reading.autoplay_gifs);
  const Reply page = s.browser.get("/settings/preferences");
  CHECK(page.shows("<option value=\"private\" selected>"));
  CHECK(page.shows("<option value=\"de\" selected>German"));
  CHECK(page.shows("<option value=\"show_all\" selected>"));
  CHECK(page.shows("name=\"autoplay_gifs\" type=\"checkbox\" value=\"1\" checked"));
  CHECK_FALSE(page.shows("name=\"expand_spoilers\" type=\"checkbox\" value=\"1\" checked"));
}

TEST_CASE("preferences that are not offered are refused", "[web][settings]") {
  SignedIn s;
  for (const auto& [name, value] :
       Fields{{"visibility", "direct"}, {"visibility", "x"}, {"quote_policy", "x"}, {"expand_media", ""}}) {
    auto fields = kChoices;
    for (auto& field : fields) {
      if (field.first == name) field.second = value;
    }
    CHECK(s.send("/settings/preferences", fields).status() == 422);
  }
  CHECK(s.site.world.user_of(s.alice).default_visibility == model::Visibility::public_);
  CHECK(s.browser.post("/settings/preferences", kChoices).status() == 422);
  CHECK(Browser(s.site).get("/settings/preferences").location() == "/auth/sign_in?return_to=%2Fsettings%2Fpreferences");
  CHECK(Browser(s.site).post("/settings/preferences", kChoices).location().starts_with("/auth/sign_in"));
}

TEST_CASE("aliases are added and removed on their page", "[web][settings]") {
  SignedIn s;
  const auto old = s.site.world.remote_account("alice", "old.example");
  s.site.federation.handles.emplace("alice@old.example", old);
  CHECK(s.send("/settings/aliases", {{"alias", "alice@old.example"}}).location() == "/settings/aliases?changed=1");
  CHECK(s.browser.get("/settings/aliases").shows(old.uri));
  CHECK(s.site.world.reload(s.alice).also_known_as == std::vector{old.uri});
  const Reply unknown = s.send("/settings/aliases", {{"alias", "nobody@old.example"}});
  CHECK(unknown.status() == 422);
  CHECK(unknown.shows("Alias could not be found."));
  CHECK(s.browser.post("/settings/aliases", {{"alias", "alice@old.example"}}).status() == 422);
  CHECK(s.send("/settings/aliases", {{"alias", old.uri}, {"_method", "delete"}}).status() == 302);
  CHECK(s.site.world.reload(s.alice).also_known_as.empty());
  CHECK(Browser(s.site).get("/settings/aliases").location() == "/auth/sign_in?return_to=%2Fsettings%2Faliases");
}

TEST_CASE("all pages of the settings lead to one another", "[web][settings]") {
  SignedIn s;
  for (const char* path : {"/auth/edit", "/auth/two_factor", "/settings/preferences", "/settings/aliases",
                           "/oauth/authorized_applications"}) {
    INFO(path);
    const Reply page = s.browser.get(path);
    CHECK(page.status() == 200);
    CHECK(page.shows("<a href=\"" + std::string(path) + "\" aria-current=\"page\">"));
    CHECK(page.shows("<a href=\"/settings/preferences\""));
  }
}
