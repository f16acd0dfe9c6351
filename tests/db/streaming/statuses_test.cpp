#include "db/streaming/station.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <thread>

using namespace dunlin;
using namespace dunlin::test;
using Lines = std::vector<std::string>;

namespace {

struct People : Station {
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");  // follows alice
  model::Account carol = world.local_account("carol");
  People() { world.follow(bob, alice); }
};

}  // namespace

TEST_CASE("a post reaches its author, followers and the public streams", "[streaming]") {
  People s;
  auto own = s.listen(s.alice, "?stream=user");
  auto home = s.listen(s.bob, "?stream=user");
  auto stranger = s.listen(s.carol, "?stream=user");
  auto everything = s.listen(s.carol, "?stream=public");
  auto local = s.listen(s.carol, "/public/local");
  auto remote = s.listen(s.carol, "?stream=public:remote");
  auto media = s.listen(s.carol, "?stream=public:media");
  auto tag = s.listen(s.carol, "?stream=hashtag&tag=Wader");
  auto local_tag = s.listen(s.carol, "?stream=hashtag:local&tag=wader");
  const auto id = s.post(s.alice, {{"status", "a #wader"}});
  s.publish();
  const auto line = "update " + id;
  CHECK(own.summary() == Lines{line});
  CHECK(stranger.summary() == Lines{});
  CHECK(everything.summary() == Lines{line});
  CHECK(local.summary() == Lines{line});
  CHECK(remote.summary() == Lines{});
  CHECK(media.summary() == Lines{});
  CHECK(local_tag.summary() == Lines{line});
  const auto heard = tag.heard();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].at("stream") == nlohmann::json({"hashtag", "Wader"}));
  const auto status = nlohmann::json::parse(home.heard().at(0).at("payload").get<std::string>());
  CHECK(status.at("content").get<std::string>().contains("wader"));
  CHECK(status.at("favourited") == false);
}

TEST_CASE("who must not see a post hears nothing of it", "[streaming][leak]") {
  People s;
  const auto blocked = s.world.local_account("blocked");
  const auto blocker = s.world.local_account("blocker");
  const auto muter = s.world.local_account("muter");
  s.world.block(s.alice, blocked);
  s.world.block(blocker, s.alice);
  s.world.mute(muter, s.alice);
  s.world.follow(muter, s.alice);
  std::vector<Ear> deaf;
  for (const auto& who : {blocked, blocker, muter}) {
    deaf.push_back(s.listen(who, "?stream=user"));
    deaf.push_back(s.listen(who, "?stream=public"));
    deaf.push_back(s.listen(who, "?stream=public:local"));
    deaf.push_back(s.listen(who, "?stream=hashtag&tag=wader"));
  }
  auto follower = s.listen(s.bob, "?stream=user");
  const auto id = s.post(s.alice, {{"status", "a #wader"}});
  s.publish();
  CHECK(follower.summary() == Lines{"update " + id});
  for (auto& ear : deaf) CHECK(ear.summary() == Lines{});
}

TEST_CASE("a status goes no further than its visibility", "[streaming][leak]") {
  People s;
  auto home = s.listen(s.bob, "?stream=user");
  auto stranger = s.listen(s.carol, "?stream=user");
  auto everything = s.listen(s.carol, "?stream=public");
  auto tag = s.listen(s.carol, "?stream=hashtag&tag=wader");
  const auto unlisted = s.post(s.alice, {{"status", "a #wader"}, {"visibility", "unlisted"}});
  const auto hidden = s.post(s.alice, {{"status", "a #wader"}, {"visibility", "private"}});
  const auto direct = s.post(s.alice, {{"status", "@bob a #wader"}, {"visibility", "direct"}});
  for (const auto& id : {unlisted, hidden, direct}) {
    s.publish(service::events::StatusChanged{*StatusId::parse(id), s.alice.id});
  }
  s.publish();
  const Client as_alice(s.api, s.alice);
  for (const auto& id : {unlisted, hidden, direct}) as_alice.del("/api/v1/statuses/" + id);
  s.publish();
  const auto heard = home.summary();
  const auto count = [&](const std::string& line) { return std::ranges::count(heard, line); };
  CHECK(count("update " + unlisted) == 1);
  CHECK(count("update " + hidden) == 1);
  CHECK(count("status.update " + hidden) == 1);
  CHECK(count("update " + direct) == 0);
  CHECK(count("delete " + hidden) == 1);
  CHECK(stranger.summary() == Lines{});
  CHECK(everything.summary() == Lines{});
  CHECK(tag.summary() == Lines{});
}

TEST_CASE("reblogs come as the follow says and go with what they wrap", "[streaming]") {
  People s;
  const auto dave = s.world.local_account("dave");
  s.world.follow(s.bob, s.carol);
  s.world.follow(dave, s.carol, {.show_reblogs = false});
  auto wanted = s.listen(s.bob, "?stream=user");
  auto unwanted = s.listen(dave, "?stream=user");
  auto everything = s.listen(dave, "?stream=public");
  const auto original = s.world.status(s.world.local_account("eve"));
  const auto wrapper = Client(s.api, s.carol)
                           .post(fmt::format("/api/v1/statuses/{}/reblog", original.id.value))
                           .json()
                           .at("id")
                           .get<std::string>();
  s.publish();
  CHECK(wanted.summary() == Lines{"update " + wrapper});
  CHECK(unwanted.summary() == Lines{});
  CHECK(everything.summary() == Lines{});
  s.world.write([&](db::Tx& tx) { store::delete_status(tx, original); });
  s.publish(service::events::StatusDeleted::of(original));
  CHECK(wanted.summary() == Lines{"delete " + wrapper});
}

TEST_CASE("8.100: history that was fetched is no news", "[streaming]") {
  People s;
  auto home = s.listen(s.bob, "?stream=user");
  const auto status = s.world.status(s.alice);
  s.world.clock.advance(std::chrono::hours(7));
  s.publish(service::events::StatusCreated{status.id, s.alice.id});
  CHECK(home.summary() == Lines{});
}

TEST_CASE("changed relations hold from the next event on, without a new connection", "[streaming]") {
  People s;
  auto home = s.listen(s.carol, "?stream=user");
  const Client as_carol(s.api, s.carol);
  as_carol.post(fmt::format("/api/v1/accounts/{}/follow", s.alice.id.value));
  s.publish();
  const auto seen = s.post(s.alice, {{"status", "one"}});
  s.publish();
  CHECK(home.summary() == Lines{"update " + seen});
  as_carol.post(fmt::format("/api/v1/accounts/{}/unfollow", s.alice.id.value));
  s.publish();
  s.post(s.alice, {{"status", "two"}});
  s.publish();
  CHECK(home.summary() == Lines{});
}

TEST_CASE("filters mark in streams as in timelines; hiding is the client's", "[streaming][leak]") {
  People s;
  auto home = s.listen(s.bob, "?stream=user");
  auto everything = s.listen(s.bob, "?stream=public");
  auto other = s.listen(s.carol, "?stream=public");
  const Client as_bob(s.api, s.bob);
  const auto filter = [&](const char* word, const char* action, std::vector<std::string> contexts) {
    as_bob.post("/api/v2/filters", {{"title", word},
                                    {"context", contexts},
                                    {"filter_action", action},
                                    {"keywords_attributes", {{{"keyword", word}, {"whole_word", true}}}}});
  };
  filter("spoon", "hide", {"home"});
  filter("fork", "warn", {"home", "public"});
  s.publish();
  CHECK(home.summary() == Lines{"filters_changed", "filters_changed"});
  s.post(s.alice, {{"status", "a spoon"}});
  s.publish();
  for (auto* ear : {&home, &everything}) {
    const auto caught = nlohmann::json::parse(ear->heard().at(0).at("payload").get<std::string>());
    CHECK(caught.at("filtered").at(0).at("filter").at("filter_action") == "hide");
    CHECK(caught.at("filtered").at(0).at("filter").at("context") == nlohmann::json{"home"});
  }
  const auto marked = s.post(s.alice, {{"status", "a fork"}});
  s.publish();
  const auto status = nlohmann::json::parse(home.heard().at(0).at("payload").get<std::string>());
  CHECK(status.at("id") == marked);
  CHECK(status.at("filtered").at(0).at("filter").at("title") == "fork");
  const auto for_others = other.heard();
  REQUIRE(for_others.size() == 2);
  CHECK(nlohmann::json::parse(for_others[1].at("payload").get<std::string>()).at("filtered").empty());
}

TEST_CASE("a list has its members only, and belongs to its owner", "[streaming][leak]") {
  People s;
  const Client as_bob(s.api, s.bob);
  const auto list = as_bob.post("/api/v1/lists", {{"title", "waders"}}).json().at("id").get<std::string>();
  CHECK(s.try_open(s.token(s.carol), "?stream=list&list=" + list).error().message ==
        "Not authorized to stream this list");
  auto ear = s.listen(s.bob, "?stream=list&list=" + list);
  s.post(s.alice, {{"status", "before"}});
  s.publish();
  CHECK(ear.summary() == Lines{});
  as_bob.post("/api/v1/lists/" + list + "/accounts", {{"account_ids", {s.alice.id.str()}}});
  s.publish();
  const auto member = s.post(s.alice, {{"status", "for the list"}, {"visibility", "private"}});
  s.post(s.carol, {{"status", "no member"}});
  s.post(s.bob, {{"status", "the owner himself is no member"}});
  s.publish();
  CHECK(ear.summary() == Lines{"update " + member});
  as_bob.del("/api/v1/lists/" + list);
  s.publish();
  s.post(s.alice, {{"status", "after"}});
  s.publish();
  CHECK(ear.summary() == Lines{});
}

TEST_CASE("a direct status is told to those it is for, as a conversation", "[streaming][leak]") {
  People s;
  auto sender = s.listen(s.alice, "?stream=direct");
  auto receiver = s.listen(s.bob, "?stream=direct");
  auto other = s.listen(s.carol, "?stream=direct");
  const auto id = s.post(s.alice, {{"status", "@bob psst"}, {"visibility", "direct"}});
  s.publish();
  for (auto* ear : {&sender, &receiver}) {
    const auto heard = ear->heard();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].at("event") == "conversation");
    const auto conversation = nlohmann::json::parse(heard[0].at("payload").get<std::string>());
    CHECK(conversation.at("last_status").at("id") == id);
  }
  CHECK(other.heard().empty());
}

TEST_CASE("a followed hashtag brings public statuses home", "[streaming]") {
  People s;
  auto home = s.listen(s.carol, "?stream=user");
  Client(s.api, s.carol).post("/api/v1/tags/wader/follow");
  s.publish();
  const auto id = s.post(s.alice, {{"status", "a #Wader"}});
  s.post(s.alice, {{"status", "not for all #wader"}, {"visibility", "unlisted"}});
  s.publish();
  CHECK(home.summary() == Lines{"update " + id});
}

TEST_CASE("a deletion is told to all who have it, by whatever way it came", "[streaming]") {
  People s;
  auto by_tag = s.listen(s.carol, "?stream=user");
  Client(s.api, s.carol).post("/api/v1/tags/wader/follow");
  const auto dave = s.world.local_account("dave");
  s.world.follow(dave, s.bob);
  const Client as_dave(s.api, dave);
  const auto list = as_dave.post("/api/v1/lists", {{"title", "x"}}).json().at("id").get<std::string>();
  as_dave.post("/api/v1/lists/" + list + "/accounts", {{"account_ids", {s.bob.id.str()}}});
  auto by_list = s.listen(dave, "?stream=list&list=" + list);
  s.publish();
  const auto id = s.post(s.alice, {{"status", "a #wader"}});
  const auto wrapper =
      Client(s.api, s.bob).post("/api/v1/statuses/" + id + "/reblog").json().at("id").get<std::string>();
  s.publish();
  CHECK(by_tag.summary() == Lines{"update " + id});
  CHECK(by_list.summary() == Lines{"update " + wrapper});
  Client(s.api, s.alice).del("/api/v1/statuses/" + id);
  s.publish();
  CHECK(by_tag.summary() == Lines{"delete " + id});
  CHECK(by_list.summary() == Lines{"delete " + wrapper});
}

TEST_CASE("a reply that came before what it answers is told when that is there", "[streaming]") {
  People s;
  const auto eve = s.world.remote_account("eve", "far.example");
  s.world.follow(s.bob, eve);
  auto home = s.listen(s.bob, "?stream=user");
  const auto parent_uri = eve.uri + "/statuses/parent";
  const auto reply = s.world.status(eve, {.reply_to_uri = parent_uri});
  s.publish(service::events::StatusCreated{reply.id, eve.id});
  CHECK(home.summary() == Lines{});
  const auto parent = s.world.status(eve);
  s.world.db.run(fmt::format("UPDATE statuses SET in_reply_to_id = {}, in_reply_to_account_id = {} WHERE id = {}",
                             parent.id.value, eve.id.value, reply.id.value));
  s.publish(service::events::StatusCreated{parent.id, eve.id});
  auto heard = home.summary();
  std::ranges::sort(heard);
  Lines expected{"update " + reply.id.str(), "update " + parent.id.str()};
  std::ranges::sort(expected);
  CHECK(heard == expected);
}

TEST_CASE("an edit takes a status into home feeds and out of them", "[streaming]") {
  People s;
  s.world.db.run("UPDATE follows SET languages = '{en}'");
  auto home = s.listen(s.bob, "?stream=user");
  const auto id = s.post(s.alice, {{"status", "hello"}, {"language", "en"}});
  s.publish();
  CHECK(home.summary() == Lines{"update " + id});
  const auto shown = [&] {
    return s.world.read([&](db::Tx& tx) { return s.feeds.home(tx, s.bob.id, newest(5)); }).size();
  };
  CHECK(shown() == 1);
  Client(s.api, s.alice).put("/api/v1/statuses/" + id, {{"status", "hallo"}, {"language", "de"}});
  s.publish();
  CHECK(home.summary() == Lines{});
  CHECK(shown() == 0);
}

TEST_CASE("of many changes of one status that wait the last is told", "[streaming]") {
  People s;
  auto home = s.listen(s.bob, "?stream=user");
  const auto status = s.world.status(s.alice);
  const auto other = s.world.status(s.alice);
  using service::events::StatusPart;
  for (int i = 0; i < 20; ++i) {
    s.publisher.hear(service::events::StatusChanged{status.id, s.alice.id, StatusPart::poll});
    s.publisher.hear(service::events::StatusChanged{other.id, s.alice.id, StatusPart::poll});
  }
  s.publisher.hear(service::events::FiltersChanged{s.bob.id});
  s.publisher.start([&] { return s.world.db.new_session(); });
  Lines heard;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while ((heard.empty() || heard.back() != "filters_changed") && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
    for (auto& line : home.summary()) heard.push_back(std::move(line));
  }
  s.publisher.stop();
  CHECK(heard == Lines{"status.update " + status.id.str(), "status.update " + other.id.str(), "filters_changed"});
}
