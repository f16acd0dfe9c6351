#include "dunlin/html/format.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace dunlin;
using html::Entity;
using html::EntityKind;

namespace {

/// The entities of a text as "kind:text", for tables.
std::vector<std::string> found(std::string_view text) {
  std::vector<std::string> out;
  for (const Entity& e : html::extract(text)) {
    CHECK(e.begin < e.end);
    switch (e.kind) {
      case EntityKind::url:
        out.push_back("url:" + e.url);
        CHECK(text.substr(e.begin, e.end - e.begin) == e.url);
        break;
      case EntityKind::mention:
        out.push_back("mention:" + e.username + (e.domain.empty() ? "" : "@" + e.domain));
        break;
      case EntityKind::hashtag:
        out.push_back("tag:" + e.hashtag);
        break;
    }
  }
  return out;
}

using Found = std::vector<std::string>;

const html::Resolver kResolver{
    .mention = [](const Entity& e) -> std::optional<html::MentionTarget> {
      if (e.username == "nobody") return std::nullopt;
      return html::MentionTarget{
          .href = "https://" + (e.domain.empty() ? "home.example" : e.domain) + "/@" + e.username,
          .username = e.username};
    },
    .hashtag_href = [](const Entity& e) { return "https://home.example/tags/" + text::to_lower_ascii(e.hashtag); }};

std::string render(std::string_view text) {
  return html::render(text, html::extract(text), kResolver);
}

}  // namespace

TEST_CASE("mentions are found by name and domain", "[html][extract]") {
  CHECK(found("@alice") == Found{"mention:alice"});
  CHECK(found("hi @alice, @Bob_2!") == Found{"mention:alice", "mention:Bob_2"});
  CHECK(found("@bob@Example.org.") == Found{"mention:bob@example.org"});
  CHECK(found("@bob@127.0.0.1:4002") == Found{"mention:bob@127.0.0.1:4002"});
  CHECK(found("@bob@localhost:4002: hi") == Found{"mention:bob@localhost:4002"});
  CHECK(found("@bob@example.org: hi") == Found{"mention:bob@example.org"});
  CHECK(found("@bob@example.org:80x") == Found{"mention:bob@example.org"});
  CHECK(found("@bob@bücher.example") == Found{"mention:bob@xn--bcher-kva.example"});
  CHECK(found("(@bob@a.example)") == Found{"mention:bob@a.example"});
  CHECK(found("@a.b-c@x.example") == Found{"mention:a.b-c@x.example"});
  CHECK(found("@bob's @bob.") == Found{"mention:bob", "mention:bob"});
  CHECK(found("日本語 @bob です") == Found{"mention:bob"});
  CHECK(found(".@bob \u3000@eve\n@mallory") == Found{"mention:bob", "mention:eve", "mention:mallory"});
  CHECK(found("@bob@") == Found{"mention:bob"});
  CHECK(found("@bob@-x") == Found{"mention:bob"});
}

TEST_CASE("what only looks like a mention is text", "[html][extract]") {
  for (const std::string_view text : {"mail bob@example.org", "@", "@@", "a@b", "@-", "x/@bob", "?a=@bob", "_@bob",
                                      "é@bob", "@naïve", "@日本", "@ bob"}) {
    CAPTURE(text);
    CHECK(found(text).empty());
  }
}

TEST_CASE("hashtags follow the field's rules", "[html][extract]") {
  CHECK(found("#cats and #Dogs2!") == Found{"tag:cats", "tag:Dogs2"});
  CHECK(found("#日本語。") == Found{"tag:日本語"});
  CHECK(found("#größe #café\u0301x") == Found{"tag:größe", "tag:café\u0301x"});
  CHECK(found("#snake_case #a_ #_b #1a #1_2") == Found{"tag:snake_case", "tag:a_", "tag:_b", "tag:1a", "tag:1_2"});
  CHECK(found("#a\u00b7b \uff03full #l\u30fbr #x\u00b7") == Found{"tag:a\u00b7b", "tag:full", "tag:l\u30fbr", "tag:x"});
  CHECK(found("(#a) \"#b\" .#c,#d #e-f") == Found{"tag:a", "tag:b", "tag:c", "tag:d", "tag:e"});
  CHECK(found("##a") == Found{"tag:a"});
  for (const std::string_view text :
       {"#", "#123", "# a", "a#b", "https:/#a", "/#a", "=#a", ")#a", "#_", "#!", "&#39;", "#\u00b7a", "日#本"}) {
    CAPTURE(text);
    CHECK(found(text).empty());
  }
  CHECK(found("#" + std::string(300, 'a')).empty());
}

TEST_CASE("URLs end where a reader would end them", "[html][extract]") {
  CHECK(found("see https://example.org/a?b=c#d.") == Found{"url:https://example.org/a?b=c#d"});
  CHECK(found("(https://example.org/x)") == Found{"url:https://example.org/x"});
  CHECK(found("https://en.example.org/wiki/A_(b)") == Found{"url:https://en.example.org/wiki/A_(b)"});
  CHECK(found("(https://en.example.org/wiki/A_(b))") == Found{"url:https://en.example.org/wiki/A_(b)"});
  CHECK(found("https://example.org/a, https://example.org/b! <https://example.org/c>") ==
        Found{"url:https://example.org/a", "url:https://example.org/b", "url:https://example.org/c"});
  CHECK(found("HTTP://Example.org") == Found{"url:HTTP://Example.org"});
  CHECK(found("https://example.org/日本語 https://example.org/パス。次") ==
        Found{"url:https://example.org/日本語", "url:https://example.org/パス"});
  CHECK(found("「https://example.org/」") == Found{"url:https://example.org/"});
  CHECK(found("https://example.org/?q=a&r= x") == Found{"url:https://example.org/?q=a&r="});
  CHECK(found("http://127.0.0.1:4001/@alice/1 http://localhost:3000") ==
        Found{"url:http://127.0.0.1:4001/@alice/1", "url:http://localhost:3000"});
  CHECK(found("**https://example.org/x**") == Found{"url:https://example.org/x"});
  CHECK(found("\"https://example.org/x\"…") == Found{"url:https://example.org/x"});
  CHECK(found("https://example.org/x…") == Found{"url:https://example.org/x"});
  CHECK(found("https://bücher.example/x") == Found{"url:https://bücher.example/x"});
}

TEST_CASE("what is not a web address is text", "[html][extract]") {
  for (const std::string_view text :
       {"https://", "https://x", "http:example.org", "ftp://example.org", "javascript:alert(1)", "xhttps://example.org",
        "example.org", "https://user:pw@", "https://exa mple", "https://..", "https://example.org:99999/"}) {
    CAPTURE(text);
    CHECK(found(text).empty());
  }
}

TEST_CASE("nothing is found inside a URL", "[html][extract]") {
  CHECK(found("https://a.example/@bob/#tag @eve #t") ==
        Found{"url:https://a.example/@bob/#tag", "mention:eve", "tag:t"});
}

TEST_CASE("ranges are in order and within the text, whatever the text", "[html][extract]") {
  const std::vector<std::string_view> parts{
      "@",   "#", "a",  "B9", "_",  ".",  "-",      ":",    "/",    "https://",       "example.org", "(",
      ")",   " ", "\n", "é",  "日", "😀", "\u200d", "@bob", "#tag", "@bob@a.example", "\u00b7",      "127.0.0.1:80",
      "?x=1"};
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = 0; i < 1 + random() % 20; ++i) text += parts[random() % parts.size()];
    CAPTURE(text);
    std::size_t last = 0;
    for (const Entity& e : html::extract(text)) {
      REQUIRE(e.begin >= last);
      REQUIRE(e.end > e.begin);
      REQUIRE(e.end <= text.size());
      REQUIRE(text::is_valid_utf8(std::string_view(text).substr(e.begin, e.end - e.begin)));
      last = e.end;
    }
    REQUIRE(text::is_valid_utf8(render(text)));
    REQUIRE(html::count_characters(text, "") <= text.size() + 40);
  }
}

TEST_CASE("a text of nothing but entities is bounded", "[html][extract]") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "#a ";
  CHECK(html::extract(text).size() == 1000);
  CHECK(html::extract(std::string(200'000, '@')).empty());
  CHECK(html::extract(std::string(200'000, '#')).empty());
}

TEST_CASE("lines and paragraphs", "[html][render]") {
  CHECK(render("") == "");
  CHECK(render(" \n\n ") == "");
  CHECK(render("hello") == "<p>hello</p>");
  CHECK(render("a\nb\n\nc\n\n\n\nd\n") == "<p>a<br />b</p><p>c</p><p>d</p>");
  CHECK(render("a\r\nb\rc") == "<p>a<br />b<br />c</p>");
  CHECK(render("<script>alert('1')</script> & \"x\"") ==
        "<p>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;</p>");
  CHECK(render(std::string("a\x01"
                           "b\tc",
                           5)) == "<p>ab\tc</p>");
}

TEST_CASE("mentions become cards, unknown ones stay text", "[html][render]") {
  CHECK(
      render("hi @bob@a.example!") ==
      R"html(<p>hi <span class="h-card" translate="no"><a href="https://a.example/@bob" class="u-url mention">@<span>bob</span></a></span>!</p>)html");
  CHECK(render("@nobody@a.example") == "<p>@nobody@a.example</p>");
  CHECK(html::render("@bob #x", html::extract("@bob #x"), {}) == "<p>@bob #x</p>");
}

TEST_CASE("hashtags become tag links", "[html][render]") {
  CHECK(
      render("#Cats") ==
      R"html(<p><a href="https://home.example/tags/cats" class="mention hashtag" rel="tag">#<span>Cats</span></a></p>)html");
}

TEST_CASE("URLs show thirty characters and keep the rest for copying", "[html][render]") {
  CHECK(
      render("https://www.example.org/a?b=1&c=2") ==
      R"html(<p><a href="https://www.example.org/a?b=1&amp;c=2" rel="nofollow noopener" translate="no" target="_blank"><span class="invisible">https://www.</span><span>example.org/a?b=1&amp;c=2</span></a></p>)html");
  CHECK(
      render("http://example.org/12345678901234567890123") ==
      R"html(<p><a href="http://example.org/12345678901234567890123" rel="nofollow noopener" translate="no" target="_blank"><span class="invisible">http://</span><span class="ellipsis">example.org/123456789012345678</span><span class="invisible">90123</span></a></p>)html");
}

TEST_CASE("characters are counted as clients count them", "[html][count]") {
  CHECK(html::count_characters("", "") == 0);
  CHECK(html::count_characters("hello", "") == 5);
  CHECK(html::count_characters("\U0001F468\u200D\U0001F469\u200D\U0001F467 ok", "") == 4);
  CHECK(html::count_characters("x https://example.org/" + std::string(500, 'a'), "") == 25);
  CHECK(html::count_characters("https://a.b", "") == 23);
  CHECK(html::count_characters("@bob@very.long.example", "") == 4);
  CHECK(html::count_characters("@bob", "") == 4);
  CHECK(html::count_characters("#tag", "") == 4);
  CHECK(html::count_characters("hello", "warning") == 12);
  CHECK(html::count_characters("https://a.b", "https://a.b") == 34);
}
