#include "dunlin/activitypub/vocabulary.hpp"

#include <catch2/catch.hpp>

namespace dunlin::activitypub {

TEST_CASE("only ActivityPub's own types make a body a document", "[activitypub]") {
  CHECK(is_activity_type("application/activity+json"));
  CHECK(is_activity_type("Application/Activity+JSON; charset=utf-8"));
  CHECK(is_activity_type("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""));
  CHECK(is_activity_type("application/ld+json;profile=https://www.w3.org/ns/activitystreams"));
  CHECK(
      is_activity_type("application/ld+json; profile=\"https://example.org/x https://www.w3.org/ns/activitystreams\""));
  for (const char* other :
       {"", "application/json", "application/ld+json", "text/html", "text/plain", "image/png",
        "application/activity+jsonx", "application/ld+json; profile=\"https://www.w3.org/ns/activitystreamsx\"",
        "text/plain; x=\"application/activity+json\""}) {
    CAPTURE(other);
    CHECK_FALSE(is_activity_type(other));
  }
  CHECK(is_inbox_type("application/json"));
  CHECK(is_inbox_type("application/ld+json"));
  CHECK_FALSE(is_inbox_type("text/plain"));
}

TEST_CASE("an id is a document unless a page is wanted more", "[activitypub]") {
  CHECK(wants_activity(""));
  CHECK(wants_activity("*/*"));
  CHECK(wants_activity("application/json"));
  CHECK(wants_activity(
      "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""));
  CHECK(wants_activity("application/activity+json, text/html;q=0.1"));
  CHECK_FALSE(wants_activity("text/html"));
  CHECK_FALSE(wants_activity("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  CHECK_FALSE(wants_activity("text/html, application/activity+json;q=0.5"));
}

}  // namespace dunlin::activitypub
