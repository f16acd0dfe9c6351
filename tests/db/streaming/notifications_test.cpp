#include "db/streaming/station.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

using namespace dunlin;
using namespace dunlin::test;
using Lines = std::vector<std::string>;

TEST_CASE("a notification reaches its receiver only, and only with the scope", "[streaming][leak]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");
  auto user = s.listen(alice, "?stream=user");
  auto only = s.listen(alice, "?stream=user:notification", {"read:notifications"});
  auto without = s.listen(alice, "?stream=user", {"read:statuses"});
  auto other = s.listen(bob, "?stream=user");
  auto other_only = s.listen(bob, "?stream=user:notification");
  const auto status = s.world.status(alice);
  Client(s.api, bob).post(fmt::format("/api/v1/statuses/{}/favourite", status.id.value));
  s.publish();
  const auto heard = user.heard();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].at("event") == "notification");
  const auto notification = nlohmann::json::parse(heard[0].at("payload").get<std::string>());
  CHECK(notification.at("type") == "favourite");
  CHECK(notification.at("status").at("id") == status.id.str());
  CHECK(only.heard().size() == 1);
  CHECK(without.heard().empty());
  CHECK(other.heard().empty());
  CHECK(other_only.heard().empty());
}

TEST_CASE("one's own settings are told to oneself", "[streaming][leak]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");
  auto mine = s.listen(alice, "?stream=user");
  auto notifications = s.listen(alice, "?stream=user:notification");
  auto other = s.listen(bob, "?stream=user");
  s.publish(service::events::FiltersChanged{alice.id});
  s.publish(service::events::NotificationsMerged{alice.id});
  CHECK(mine.summary() == Lines{"filters_changed", "notifications_merged 1"});
  CHECK(notifications.summary() == Lines{"notifications_merged 1"});
  CHECK(other.summary() == Lines{});
}

TEST_CASE("announcements reach all who listen to their home, and nobody else", "[streaming][leak]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  auto home = s.listen(alice, "?stream=user");
  auto everything = s.listen(alice, "?stream=public");
  const auto id = s.world.write(
      [&](db::Tx& tx) { return s.api.services().announcements.create(tx, {.text = "we move at noon"}).value(); });
  s.publish();
  s.publish(service::events::AnnouncementReacted{id, "\U0001F44D", 1});
  s.publish(service::events::AnnouncementDeleted{id});
  const auto heard = home.heard();
  REQUIRE(heard.size() == 3);
  const auto payload = [&](std::size_t at) {
    return nlohmann::json::parse(heard.at(at).at("payload").get<std::string>());
  };
  CHECK(heard[0].at("event") == "announcement");
  CHECK(payload(0).at("content").get<std::string>().contains("we move at noon"));
  CHECK(heard[1].at("event") == "announcement.reaction");
  CHECK(payload(1) == nlohmann::json({{"name", "\U0001F44D"}, {"count", 1}, {"announcement_id", std::to_string(id)}}));
  CHECK(heard[2].at("event") == "announcement.delete");
  CHECK(payload(2).dump() == std::to_string(id));
  CHECK(everything.heard().empty());
}
