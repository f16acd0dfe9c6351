#include "dunlin/streaming/topic.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::streaming;

TEST_CASE("streams are known by the names of client-api.md 4.2", "[streaming]") {
  for (const auto* name : {"user", "user:notification", "public", "public:media", "public:local", "public:local:media",
                           "public:remote", "public:remote:media", "direct"}) {
    INFO(name);
    CHECK(to_string(parse_topic(name, std::nullopt, std::nullopt).value().channel) == name);
  }
  CHECK(parse_topic("hashtag", "Wader", std::nullopt).value().parameter == "Wader");
  CHECK(parse_topic("list", std::nullopt, "12").value().parameter == "12");
}

TEST_CASE("an impossible subscription is refused with Mastodon's text", "[streaming]") {
  CHECK(parse_topic("everything", std::nullopt, std::nullopt).error().message == "Unknown stream type");
  CHECK(parse_topic("", std::nullopt, std::nullopt).error().message == "Unknown stream type");
  CHECK(parse_topic("hashtag", std::nullopt, std::nullopt).error().message == "Missing tag name parameter");
  CHECK(parse_topic("hashtag:local", " ", std::nullopt).error().message == "Missing tag name parameter");
  CHECK(parse_topic("hashtag", std::string(500, 'x'), std::nullopt).error().message == "Missing tag name parameter");
  CHECK(parse_topic("list", std::nullopt, std::nullopt).error().message == "Missing list name parameter");
}

TEST_CASE("a path names a stream", "[streaming]") {
  CHECK(stream_name_of_path("public/local", false) == "public:local");
  CHECK(stream_name_of_path("public/remote", true) == "public:remote:media");
  CHECK(stream_name_of_path("user/notification", true) == "user:notification");
  CHECK_FALSE(stream_name_of_path("public/media", false));
  CHECK_FALSE(stream_name_of_path("elsewhere", false));
}
