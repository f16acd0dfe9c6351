#include "dunlin/http/page.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;

namespace {

http::Request get(std::string path, std::string query) {
  http::Request request;
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

model::Page page_of(std::string query) {
  return http::read_page(*http::Params::parse(get("/", std::move(query))), 20, 40);
}

}  // namespace

TEST_CASE("limit is absolute and clamped, never an error", "[http][page]") {
  CHECK(page_of("").limit == 20);
  CHECK(page_of("limit=5").limit == 5);
  CHECK(page_of("limit=-5").limit == 5);
  CHECK(page_of("limit=0").limit == 0);
  CHECK(page_of("limit=1000").limit == 40);
  CHECK(page_of("limit=-9223372036854775808").limit == 40);
  CHECK(page_of("limit=abc").limit == 20);
}

TEST_CASE("cursors that are no numbers count as absent", "[http][page]") {
  const auto page = page_of("max_id=10&since_id=x&min_id=");
  CHECK(page.max_id == 10);
  CHECK(page.since_id == std::nullopt);
  CHECK(page.min_id == std::nullopt);
  CHECK(page_of("min_id=0").min_id == 0);
  CHECK(page_of("max_id=-1").max_id == std::nullopt);
  CHECK(page_of("max_id=99999999999999999999").max_id == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("Link keeps limit and filters and drops cursors and the token", "[http][page]") {
  const auto request = get("/api/v1/timelines/tag/caf%C3%A9",
                           "limit=2&any%5B%5D=x&max_id=9&since_id=1&min_id=2&access_token=secret&local=true");
  const std::string base = "https://d.example/api/v1/timelines/tag/caf%C3%A9?limit=2&any%5B%5D=x&local=true&";
  CHECK(http::link_header("https://d.example", request, {.first = 8, .last = 5}) ==
        "<" + base + "max_id=5>; rel=\"next\", <" + base + "min_id=8>; rel=\"prev\"");
  CHECK(http::link_header("https://d.example", request, {.first = 8, .last = 5, .next = false}) ==
        "<" + base + "min_id=8>; rel=\"prev\"");
  CHECK(http::link_header("https://d.example", get("/x", ""), {.first = 8, .last = 5, .prev_is_since = true}) ==
        R"(<https://d.example/x?max_id=5>; rel="next", <https://d.example/x?since_id=8>; rel="prev")");
}

TEST_CASE("an empty page has no Link, and a query cannot break out of one", "[http][page]") {
  CHECK(http::link_header("https://d.example", get("/x", "limit=2"), {}).empty());
  CHECK(http::link_header("https://d.example", get("/x", "a=>;\"<"), {.first = 1, .last = 1, .next = false}) ==
        R"(<https://d.example/x?a=%3E;%22%3C&min_id=1>; rel="prev")");
}
