#include "db/web/site.hpp"

#include "dunlin/store/instance_texts.hpp"
#include "dunlin/store/rules.hpp"

using namespace dunlin;
using namespace dunlin::test;

TEST_CASE("the pages about the instance show its texts", "[web][about]") {
  Site site;
  site.world.write([](db::Tx& tx) {
    store::insert_rule(tx, "Be kind & fair", "Really");
    store::save_instance_text(tx, store::InstanceText::about, "x", "<p>All about birds</p>");
    store::save_terms(tx, "2026-01-01", "x", "<p>The terms</p>");
  });
  CHECK(site.get("/about").shows("All about birds"));
  CHECK(site.get("/about").shows("Be kind &amp; fair"));
  CHECK(site.get("/privacy-policy").shows("What we keep"));
  CHECK(site.get("/terms-of-service").shows("The terms"));
  CHECK(site.get("/terms-of-service/2026-01-01").shows("In force since 2026-01-01"));
  CHECK(site.get("/terms-of-service/2020-01-01").status() == 404);
  CHECK(site.get("/about/more").location() == "/about");
  CHECK(site.get("/terms").location() == "/terms-of-service");
}

TEST_CASE("a token is described to the application that holds it", "[web][oauth]") {
  Site site;
  const App app = App::make(site);
  const App other = App::make(site);
  const auto made = site.post(
      "/oauth/token",
      {{"grant_type", "client_credentials"}, {"client_id", app.id}, {"client_secret", app.secret}, {"scope", "read"}});
  const std::string token = made.json().at("access_token");
  const auto ask = [&](const App& who) {
    return site.post("/oauth/introspect", {{"client_id", who.id}, {"client_secret", who.secret}, {"token", token}});
  };
  CHECK(ask(app).json().at("active") == true);
  CHECK(ask(app).json().at("scope") == "read");
  CHECK(ask(other).json() == nlohmann::json{{"active", false}});
  CHECK(site.post("/oauth/introspect", {{"client_id", app.id}, {"client_secret", "x"}, {"token", token}}).status() ==
        401);
  const auto info = site.bearer("/oauth/token/info", token).json();
  CHECK(info.at("resource_owner_id").is_null());
  CHECK(info.at("scope") == nlohmann::json{"read"});
  CHECK(info.at("application").at("uid") == app.id);
}
