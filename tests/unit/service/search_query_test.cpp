#include "dunlin/service/search_query.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using service::parse_status_search;
using service::ParsedSearch;

namespace {

ParsedSearch parsed(std::string_view text) {
  auto result = parse_status_search(text);
  REQUIRE(result);
  return std::move(*result);
}
Time day(std::string_view text) {
  return *parse_iso8601(std::string(text) + "T00:00:00Z");
}
constexpr auto kMedia = static_cast<std::uint16_t>(model::Part::media);
constexpr auto kPoll = static_cast<std::uint16_t>(model::Part::poll);

}  // namespace

TEST_CASE("words, phrases and what is left out", "[search]") {
  const auto search = parsed("heron +egret -gull \"white stork\" -\"black swan\"").search;
  REQUIRE(search.terms.size() == 5);
  CHECK(search.terms[0].tokens[0].text == "heron");
  CHECK_FALSE(search.terms[1].excluded);
  CHECK(search.terms[2].excluded);
  REQUIRE(search.terms[3].tokens.size() == 2);
  CHECK(search.terms[3].tokens[1].text == "stork");
  CHECK(search.terms[4].excluded);
  CHECK((search.in_library && search.in_public));
}

TEST_CASE("operators by name and value, with and without a minus", "[search]") {
  const auto p =
      parsed("from:@Alice@Remote.Example -from:me has:media -has:poll is:reply -is:sensitive language:EN -language:de");
  CHECK(p.from == std::vector<std::string>{"Alice@Remote.Example"});
  CHECK(p.not_from == std::vector<std::string>{"me"});
  CHECK(p.search.with_parts == kMedia);
  CHECK(p.search.without_parts == kPoll);
  CHECK(p.search.reply == true);
  CHECK(p.search.sensitive == false);
  CHECK(p.search.language == "en");
  CHECK(p.search.not_languages == std::vector<std::string>{"de"});
  CHECK(p.search.terms.empty());
  CHECK_FALSE(p.contradicts_itself);
}

TEST_CASE("days before, after and during", "[search]") {
  CHECK(parsed("before:2026-02-03").search.until == day("2026-02-03"));
  CHECK(parsed("-before:2026-02-03").search.since == day("2026-02-03"));
  CHECK(parsed("after:2026-02-03").search.since == day("2026-02-04"));
  CHECK(parsed("-after:2026-02-03").search.until == day("2026-02-04"));
  const auto during = parsed("during:2026-02-03").search;
  CHECK(during.since == day("2026-02-03"));
  CHECK(during.until == day("2026-02-04"));
  const auto not_during = parsed("-during:2026-02-03").search;
  CHECK(not_during.not_since == day("2026-02-03"));
  CHECK(not_during.not_until == day("2026-02-04"));
  const auto narrowed = parsed("after:2026-01-01 after:2026-02-01 before:2026-03-01 before:2026-04-01").search;
  CHECK(narrowed.since == day("2026-02-02"));
  CHECK(narrowed.until == day("2026-03-01"));
  for (const auto* bad : {"before:yesterday", "during:2026-13-01", "after:2026", "before:2026-02-30"}) {
    CHECK(parse_status_search(bad).error().message == "Invalid date supplied");
  }
}

TEST_CASE("where to look", "[search]") {
  CHECK_FALSE(parsed("x in:library").search.in_public);
  CHECK_FALSE(parsed("x in:public").search.in_library);
  CHECK_FALSE(parsed("x -in:public").search.in_public);
  CHECK(parsed("x in:all").search.in_public);
}

TEST_CASE("what is no operator is a word", "[search]") {
  CHECK(parsed("ratio:high").search.terms.at(0).tokens.size() == 2);
  CHECK(parsed("has:feathers").search.terms.at(0).tokens.back().text == "feathers");
  CHECK(parsed("from:").search.terms.at(0).tokens.at(0).text == "from");
  CHECK(parsed("#Herons").search.terms.at(0).tokens.at(0).text == "#herons");
  CHECK(parsed("\"from:me\"").search.terms.at(0).tokens.size() == 2);
  CHECK(parsed("\"open end").search.terms.at(0).tokens.size() == 2);
}

TEST_CASE("what cannot match says so", "[search]") {
  CHECK(parsed("").contradicts_itself);
  CHECK(parsed("!!! ...").contradicts_itself);
  CHECK(parsed("is:reply -is:reply").contradicts_itself);
  CHECK(parsed("language:en language:de").contradicts_itself);
  CHECK_FALSE(parsed("!!! heron").contradicts_itself);
  CHECK_FALSE(parsed("has:media").contradicts_itself);
}
