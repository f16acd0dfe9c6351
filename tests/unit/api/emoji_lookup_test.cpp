#include "entity_fixtures.hpp"

#include "dunlin/api/entities/emojis.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

using namespace dunlin;

namespace {

std::string used(std::string_view text) {
  auto second = test::blob_emoji();
  second.shortcode = "party_2";
  api::entities::EmojiLookup lookup(std::vector{test::blob_emoji(), second});
  const std::array texts{text};
  std::string names;
  for (const auto* emoji : lookup.used_in(texts)) names += emoji->shortcode + " ";
  return names;
}

}  // namespace

TEST_CASE("shortcodes are found where Mastodon finds them", "[api][emoji]") {
  CHECK(used(":blob:") == "blob ");
  CHECK(used("so :blob: and :party_2:, :blob: again") == "blob party_2 ");
  CHECK(used("(:blob:)") == "blob ");
  CHECK(used(":blob: :party_2:") == "blob party_2 ");
  CHECK(used("a : b :blob:") == "blob ");
  CHECK(used("🐦:blob:🐦") == "blob ");
}

TEST_CASE("what only looks like a shortcode is none", "[api][emoji]") {
  CHECK(used("") == "");
  CHECK(used(":") == "");
  CHECK(used("::") == "");
  CHECK(used(":blob") == "");
  CHECK(used("x:blob:") == "");
  CHECK(used(":blob:x") == "");
  CHECK(used("::blob::") == "");
  CHECK(used(":unknown:") == "");
  CHECK(used(":b:") == "");
  CHECK(used("at 12:blob:30") == "");
}
