#include "dunlin/service/announcements.hpp"

#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

const std::string kBird = "\xF0\x9F\x90\xA6";

struct Board {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  std::int64_t announce(const service::NewAnnouncement& wanted) {
    world.clock.advance(std::chrono::seconds(1));
    return world.write([&](db::Tx& tx) { return api.services().announcements.create(tx, wanted).value(); });
  }
  Json list() const { return client.get("/api/v1/announcements").json(); }
  static std::string reaction(std::int64_t id, const std::string& name) {
    return "/api/v1/announcements/" + std::to_string(id) + "/reactions/" + text::percent_encode(name);
  }
  test::Answer react(std::int64_t id, const std::string& name) const {
    return client.send(http::Method::put, reaction(id, name), "", "");
  }
};

}  // namespace

TEST_CASE("announcements are told to whoever is signed in", "[api][announcements]") {
  Board f;
  const auto status = f.world.status(f.alice);
  f.announce({.text = "Maintenance by @alice #news\nhttps://example.org/ap/users/" + f.alice.id.str() + "/statuses/" +
                      status.id.str()});
  f.announce({.text = "a draft", .publish = false});
  f.announce({.text = "over", .ends_at = f.world.clock.now() + std::chrono::seconds(3)});
  f.world.clock.advance(std::chrono::seconds(10));
  const auto answer = f.client.get("/api/v1/announcements");
  const auto list = answer.json();
  REQUIRE(list.size() == 1);
  CHECK(list[0]["content"].get<std::string>().contains("<p>Maintenance by "));
  CHECK(list[0]["mentions"][0]["acct"] == "alice");
  CHECK(list[0]["tags"][0] == Json{{"name", "news"}, {"url", "https://example.org/tags/news"}});
  CHECK(list[0]["statuses"][0]["id"] == status.id.str());
  CHECK(list[0]["read"] == false);
  CHECK(list[0]["reactions"] == Json::array());
  CHECK(Client(f.api).get("/api/v1/announcements").status() == 422);
}

TEST_CASE("a dismissed announcement is read", "[api][announcements]") {
  Board f;
  const auto id = f.announce({.text = "hello"});
  CHECK(f.client.post("/api/v1/announcements/" + std::to_string(id) + "/dismiss").json() == Json::object());
  CHECK(f.list()[0]["read"] == true);
  CHECK(f.client.post("/api/v1/announcements/999/dismiss").status() == 404);
}

TEST_CASE("reactions are counted, one for each emoji and account", "[api][announcements]") {
  Board f;
  f.world.db.run(
      "INSERT INTO custom_emojis (id, shortcode, url, static_url, created_at, updated_at) VALUES (1, 'knot', "
      "'knot.gif', 'knot.png', now(), now())");
  const auto id = f.announce({.text = "hello"});
  CHECK(f.react(id, kBird).json() == Json::object());
  CHECK(f.react(id, kBird).status() == 200);
  CHECK(Client(f.api, f.world.local_account("bob"))
            .send(http::Method::put, Board::reaction(id, kBird), "", "")
            .status() == 200);
  f.world.clock.advance(std::chrono::seconds(1));
  CHECK(f.react(id, "knot").status() == 200);
  const auto reactions = f.list()[0]["reactions"];
  CHECK(reactions[0] == Json{{"name", kBird}, {"count", 2}, {"me", true}});
  CHECK(reactions[1]["static_url"] == "https://example.org/media/files/knot.png");
  CHECK(f.client.del(Board::reaction(id, kBird)).json() == Json::object());
  CHECK(f.list()[0]["reactions"][0]["me"] == false);
  CHECK(f.client.del(Board::reaction(id, kBird)).status() == 404);
}

TEST_CASE("what is no emoji is no reaction, and eight are enough", "[api][announcements]") {
  Board f;
  const auto id = f.announce({.text = "hello"});
  CHECK(f.react(id, "word").status() == 422);
  CHECK(f.react(999, kBird).status() == 404);
  for (int i = 0; i < 8; ++i)
    CHECK(f.react(id, "\xF0\x9F\x90" + std::string(1, static_cast<char>('\xA0' + i))).status() == 200);
  CHECK(f.react(id, "\xF0\x9F\x90\xB0").status() == 422);
  CHECK(f.react(id, "\xF0\x9F\x90\xA0").status() == 200);  // one that is there
}
