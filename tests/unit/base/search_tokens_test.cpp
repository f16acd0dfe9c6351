#include "dunlin/base/words.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using Texts = std::vector<std::string>;

namespace {

Texts texts(const std::vector<text::SearchToken>& tokens) {
  Texts out;
  for (const auto& token : tokens) out.push_back(token.text + (token.prefix ? "*" : ""));
  return out;
}
Texts of(std::string_view text) {
  return texts(text::search_tokens(text));
}
Texts asked(std::string_view text) {
  return texts(text::query_tokens(text));
}

}  // namespace

TEST_CASE("words are folded and lose their accents, punctuation is none", "[text][search]") {
  CHECK(of("Hello, WORLD! 3.5 times") == Texts{"hello", "world", "3.5", "times"});
  CHECK(of("Café Ünïcode ΆΛΦΑ") == Texts{"cafe", "unicode", "αλφα"});
  CHECK(of("cafe\u0301") == Texts{"cafe"});
  CHECK(of("don't don’t") == Texts{"don't", "don't"});
  CHECK(of("ﬁne ＦＵＬＬ") == Texts{"fine", "full"});
  CHECK(of(" …—!? ").empty());
  CHECK(of("").empty());
  CHECK(asked("Café") == Texts{"cafe"});
}

TEST_CASE("Chinese, Japanese and Korean are found by pairs, and by a single character", "[text][search]") {
  CHECK(of("東京都") == Texts{"東京", "京都", "都"});
  CHECK(asked("東京都") == Texts{"東京", "京都"});
  CHECK(asked("京") == Texts{"京*"});
  CHECK(of("고양이가 왔다") == Texts{"고양", "양이", "이가", "가", "왔다", "다"});
  CHECK(asked("고양이") == Texts{"고양", "양이"});
  CHECK(of("サーバー") == Texts{"サー", "ーバ", "バー", "ー"});
  CHECK(of("私はDebianを使う") == Texts{"私は", "は", "debian", "を使", "使う", "う"});
}

TEST_CASE("Thai is divided by a dictionary", "[text][search]") {
  const auto tokens = of("ฉันรักแมว");
  CHECK(tokens.size() == 3);
  CHECK(tokens.back() == "แมว");
}

TEST_CASE("positions run on, so that neighbours can be told", "[text][search]") {
  const auto tokens = text::search_tokens("a 東京 b", 7);
  REQUIRE(tokens.size() == 4);
  CHECK(tokens[0].position == 7);
  CHECK(tokens[1].position == 8);
  CHECK(tokens[2].position == 9);
  CHECK(tokens[3].position == 10);
}

TEST_CASE("hostile texts are bounded", "[text][search]") {
  std::string words;
  for (int i = 0; i < 20'000; ++i) words += "x" + std::to_string(i) + " ";
  CHECK(of(words).size() == 5000);
  CHECK(of(std::string(1'000'000, 'y')).front().size() <= 64);
  CHECK(of("a\xcc\x81\xf0\x9f\x98\x80 b").size() >= 2);
}
