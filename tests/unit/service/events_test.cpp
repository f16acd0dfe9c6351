#include "dunlin/service/events.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::service;

namespace {

/// One event of each kind, its fields as made by default.
template <class... Ts>
std::vector<Event> one_of_each(std::variant<Ts...>* /*types*/) {
  return {Event(Ts{})...};
}

}  // namespace

TEST_CASE("an event of any kind survives being stored", "[service][events]") {
  for (const auto& event : one_of_each(static_cast<Event*>(nullptr))) {
    const auto text = render_event(event);
    INFO(text);
    const auto read = parse_event(text);
    REQUIRE(read);
    CHECK(read->index() == event.index());
    CHECK(render_event(*read) == text);
  }
}

TEST_CASE("the fields of a stored event come back", "[service][events]") {
  const events::StatusDeleted deleted{.id = StatusId{7},
                                      .author = AccountId{8},
                                      .reblog_of = StatusId{9},
                                      .visibility = model::Visibility::unlisted,
                                      .local = true,
                                      .parts = 3,
                                      .tags = {"Wader", "\"quoted\""}};
  const auto text = render_event(deleted);
  CHECK(text == R"(["status_deleted",7,8,9,1,true,3,["Wader","\"quoted\""]])");
  const auto read = std::get<events::StatusDeleted>(parse_event(text).value());
  CHECK(read.id == deleted.id);
  CHECK(read.reblog_of == deleted.reblog_of);
  CHECK(read.visibility == deleted.visibility);
  CHECK(read.tags == deleted.tags);
}

TEST_CASE("events of other versions are read as far as they are known", "[service][events]") {
  CHECK(parse_event(R"(["filters_changed",5,"new field"])"));
  CHECK_FALSE(parse_event(R"(["something_new",5])"));
  CHECK_FALSE(parse_event(R"(["filters_changed"])"));
  CHECK_FALSE(parse_event(R"(["filters_changed","5"])"));
  CHECK_FALSE(parse_event(R"({"filters_changed":5})"));
  CHECK_FALSE(parse_event("[]"));
  CHECK_FALSE(parse_event("no JSON"));
}
