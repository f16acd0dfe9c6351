#include "dunlin/html/markup.hpp"

#include "dunlin/html/sanitize.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using Runs = std::vector<std::string>;

TEST_CASE("Markdown is written as people of the fediverse expect it", "[html][markdown]") {
  const auto html = [](std::string_view text) { return html::sanitize_status_html(html::markdown_to_html(text)); };
  CHECK(html("**a** *b* ~~c~~ `d`").contains("<strong>a</strong> <em>b</em> <del>c</del> <code>d</code>"));
  CHECK(html("one\ntwo").contains("one<br />"));
  CHECK(html("> quoted").contains("<blockquote>"));
  CHECK(html("[link](https://a.example)").contains("href=\"https://a.example\""));
  CHECK_FALSE(html("[link](javascript:alert)").contains("javascript"));
  CHECK_FALSE(html("<img src=x onerror=y>").contains("onerror"));
  CHECK(html("#Dunlin").contains("#Dunlin"));
  CHECK(html("@some_body_here").contains("@some_body_here"));
  CHECK(html("").empty());
  CHECK_NOTHROW(html(std::string(20'000, '[') + std::string(20'000, '>')));
}

TEST_CASE("only text outside of links and code is open to links", "[html][markup]") {
  const std::string clean =
      "<p>a &lt;b&gt; &amp;lt; <a href=\"https://x.example\">@x</a> c</p><pre><code>@y</code></pre>@z";
  CHECK(html::text_runs(clean) == Runs{"a <b> &lt; ", " c", "@z"});
  CHECK(html::map_text(clean, [](std::string_view text) {
          return text == "@z" ? "<b>z</b>" : std::string(text.size(), '.');
        }) == "<p>...........<a href=\"https://x.example\">@x</a>..</p><pre><code>@y</code></pre><b>z</b>");
  CHECK(html::text_runs("").empty());
}

TEST_CASE("in the Markdown of others nothing is HTML", "[html][markdown]") {
  const auto html = [](std::string_view text) {
    return html::sanitize_status_html(html::foreign_markdown_to_html(text));
  };
  CHECK(html("**low** tide").contains("<p><strong>low</strong> tide</p>"));
  CHECK(html("a vector<int> and <b>no</b>").contains("vector&lt;int&gt; and &lt;b&gt;no&lt;/b&gt;"));
  const auto block = html("<script>\nalert(1)\n</script>\n\nafter");
  CHECK(block.contains("&lt;script&gt;"));
  CHECK(block.contains("alert(1)"));
  CHECK(block.contains("<p>after</p>"));
  CHECK(html("`<i>`").contains("<code>&lt;i&gt;</code>"));
  CHECK_FALSE(html("[x](javascript:alert)").contains("javascript"));
  CHECK(html("<https://a.example/>").contains("href=\"https://a.example/\""));
  CHECK_NOTHROW(html(std::string(20'000, '<')));
}
