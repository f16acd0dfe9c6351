#include "dunlin/service/translation_text.hpp"

#include <catch2/catch.hpp>

using namespace dunlin::service;

TEST_CASE("custom emojis are kept from the translator, and come back", "[translation]") {
  const std::string html = "<p>Hi :blob_cat: at 10:30:15 <a href=\"https://a.example/:x1:\">:ab:</a></p>";
  const std::string sent = protect_emojis(html);
  CHECK(sent ==
        "<p>Hi <span translate=\"no\">:blob_cat:</span> at 10<span translate=\"no\">:30:</span>15 <a "
        "href=\"https://a.example/:x1:\"><span translate=\"no\">:ab:</span></a></p>");
  CHECK(release_emojis(sent) == html);
}

TEST_CASE("what is no emoji stays as it is", "[translation]") {
  for (const std::string text : {"", ":", "::", ":a:", ": :", "<span translate=\"no\">@<b>x</b></span>",
                                 "<span translate=\"no\">:open</span>", "<span translate=\"no\">:ab: </span>"}) {
    CAPTURE(text);
    CHECK(release_emojis(text) == text);
  }
  CHECK(protect_emojis("a :b c: :a:") == "a :b c: :a:");
}
