#include "db/web/site.hpp"

#include "dunlin/service/collections.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

struct Recommended {
  Site site;
  model::Account alice = findable("alice");
  model::Account bob = findable("bob");

  model::Account findable(const std::string& name) {
    auto account = site.person(name);
    account.discoverable = true;
    site.world.write([&](db::Tx& tx) { store::update_account(tx, account); });
    return account;
  }
  std::string make(const service::CollectionChange& change) {
    const auto made = site.world.write(
        [&](db::Tx& tx) { return site.services.collections.create(tx, alice, change, std::vector{bob.id}).value(); });
    return "/collections/" + made.id.str();
  }
};

}  // namespace

TEST_CASE("a collection has a page that anybody with its address can read", "[web][pages][collections]") {
  Recommended r;
  service::CollectionChange wanted;
  wanted.name = "<Waders>";
  wanted.description = "They run";
  wanted.tag_name = "birds";
  const auto path = r.make(wanted);
  const Reply page = r.site.get(path, {{"Accept", "text/html"}});
  REQUIRE(page.status() == 200);
  CHECK(page.shows("<h1>&lt;Waders&gt;</h1>"));
  CHECK(page.shows("They run"));
  CHECK(page.shows("@bob@example.org"));
  CHECK(page.shows("href=\"/tags/birds\""));
  CHECK(page.shows("name=\"robots\" content=\"noindex\""));
  CHECK_FALSE(page.shows("<details>"));
  r.site.world.suspend(r.bob);
  CHECK_FALSE(r.site.get(path).shows("@bob@example.org"));
  r.site.world.suspend(r.alice);
  CHECK(r.site.get(path).status() == 404);
  CHECK(r.site.get("/collections/1").status() == 404);
  CHECK(r.site.get("/collections/x").status() == 404);
}

TEST_CASE("a sensitive collection is folded, one to be found is for search engines", "[web][pages][collections]") {
  Recommended r;
  service::CollectionChange wanted;
  wanted.name = "Raptors";
  wanted.sensitive = true;
  wanted.discoverable = true;
  const Reply page = r.site.get(r.make(wanted));
  CHECK(page.shows("<details><summary>Marked as sensitive</summary>"));
  CHECK_FALSE(page.shows("noindex"));
}
