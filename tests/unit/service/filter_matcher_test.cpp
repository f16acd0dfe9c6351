#include "dunlin/service/filter_matcher.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using model::Filter;
using model::FilterAction;
using model::FilterContext;
using service::FilterMatcher;

namespace {

constexpr Time kNow{std::chrono::milliseconds(1'800'000'000'000)};

Filter filter_of(std::vector<Filter::Keyword> keywords, std::vector<StatusId> statuses = {}) {
  Filter filter;
  filter.id = FilterId{1};
  filter.title = "Test";
  filter.contexts = {FilterContext::home};
  filter.keywords = std::move(keywords);
  for (const auto id : statuses) filter.statuses.push_back({model::FilterStatusId{id.value + 1}, id});
  return filter;
}

model::Status status_of(std::string html, std::string spoiler = {}) {
  model::Status status;
  status.content = std::move(html);
  status.spoiler_text = std::move(spoiler);
  return status;
}

/// The keywords of one filter that match.
std::vector<std::string> matched(std::vector<Filter::Keyword> keywords, const model::Status& status,
                                 std::vector<std::string_view> further = {}) {
  const FilterMatcher matcher({filter_of(std::move(keywords))}, kNow);
  const StatusId id{7};
  const auto matches = matcher.match(std::span(&id, 1), service::filter_text(status, further));
  return matches.empty() ? std::vector<std::string>{} : matches.front().keywords;
}

Filter::Keyword whole(std::string text) {
  return {.id = {}, .keyword = std::move(text), .whole_word = true};
}
Filter::Keyword part(std::string text) {
  return {.id = {}, .keyword = std::move(text), .whole_word = false};
}
using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a whole word matches between boundaries, a part anywhere, whatever the case", "[filter]") {
  const auto cats = status_of("<p>All CATS are grey</p>");
  CHECK(matched({whole("cat")}, cats).empty());
  CHECK(matched({whole("cats")}, cats) == Words{"cats"});
  CHECK(matched({part("cat")}, cats) == Words{"cat"});
  CHECK(matched({whole("cats ARE")}, cats) == Words{"cats ARE"});
  CHECK(matched({whole("STRASSE")}, status_of("<p>Die Straße</p>")) == Words{"STRASSE"});
  CHECK(matched({part("dog")}, cats).empty());
  // The first place is inside a word, the second is not.
  CHECK(matched({whole("cat")}, status_of("<p>concatenate a cat</p>")) == Words{"cat"});
}

TEST_CASE("boundaries count only where the keyword ends with a part of a word", "[filter]") {
  CHECK(matched({whole("#cat")}, status_of("<p>my#cat</p>")) == Words{"#cat"});
  CHECK(matched({whole("#cat")}, status_of("<p>#cats</p>")).empty());
  CHECK(matched({whole(":(")}, status_of("<p>oh:(no</p>")) == Words{":("});
  CHECK(matched({whole("猫")}, status_of("<p>白い猫がいる</p>")) == Words{"猫"});
}

TEST_CASE("tags of the HTML are no text, entities are read, line breaks part words", "[filter]") {
  CHECK(matched({part("href")}, status_of("<p><a href=\"https://a.example\">link</a></p>")).empty());
  CHECK(matched({whole("salt & pepper")}, status_of("<p>salt &amp; pepper</p>")) == Words{"salt & pepper"});
  CHECK(matched({whole("one")}, status_of("<p>one<br>two</p>")) == Words{"one"});
  CHECK(matched({whole("heron")}, status_of("<p>#<span>heron</span></p>")) == Words{"heron"});
}

TEST_CASE("content warning and further texts are read too", "[filter]") {
  CHECK(matched({whole("politics")}, status_of("<p>hm</p>", "Politics, again")) == Words{"politics"});
  CHECK(matched({whole("heron")}, status_of("<p>hm</p>"), {"a gull", "a Heron in reeds"}) == Words{"heron"});
  // Texts do not run into each other.
  CHECK(matched({part("hma")}, status_of("<p>hm</p>"), {"a gull"}).empty());
}

TEST_CASE("all keywords that match are told, in the user's order and spelling", "[filter]") {
  CHECK(matched({whole("Zebra"), whole("ant"), part("Ebr"), part("")}, status_of("<p>ant and zebra</p>")) ==
        Words{"Zebra", "ant", "Ebr"});
}

TEST_CASE("statuses match by their id or that of their wrapper", "[filter]") {
  const FilterMatcher matcher({filter_of({}, {StatusId{5}, StatusId{6}})}, kNow);
  CHECK_FALSE(matcher.reads_text());
  const std::array ids{StatusId{6}, StatusId{9}};
  const auto matches = matcher.match(ids, "");
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].statuses == std::vector{StatusId{6}});
  CHECK(matches[0].keywords.empty());
  const StatusId other{8};
  CHECK(matcher.match(std::span(&other, 1), "").empty());
}

TEST_CASE("expired filters do nothing", "[filter]") {
  auto gone = filter_of({part("x")});
  gone.expires_at = kNow;
  CHECK(FilterMatcher({gone}, kNow).empty());
  CHECK_FALSE(FilterMatcher({gone}, kNow - std::chrono::seconds(1)).empty());
}
