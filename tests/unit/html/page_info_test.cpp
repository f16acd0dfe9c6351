#include "dunlin/html/page_info.hpp"

#include <catch2/catch.hpp>

using namespace dunlin::html;

namespace {

PageInfo read(const std::string& head, const std::string& type = "text/html") {
  return read_page_info("<!DOCTYPE html><html lang=\"de\"><head>" + head + "</head><body>x</body></html>", type);
}

}  // namespace

TEST_CASE("OpenGraph comes before Twitter cards and plain HTML", "[html][page]") {
  const std::string title = "<title>Plain</title>";
  const std::string twitter = R"(<meta name="twitter:title" content="Twitter">)";
  const std::string graph = R"(<meta property="og:title" content="Graph"><meta property="og:title" content="Second">)";
  CHECK(read(title).title == "Plain");
  CHECK(read(title + twitter).title == "Twitter");
  CHECK(read(title + twitter + graph).title == "Graph");
  CHECK(read(title + R"(<meta property="og:title" content="  ">)").title == "Plain");
  CHECK(read(R"(<META NAME="OG:TITLE" CONTENT="Shouted">)").title == "Shouted");
  CHECK(read(R"(<svg><title>Picture</title></svg>)").title.empty());
  CHECK(read("").language == "de");
}

TEST_CASE("texts of a page become one clean line", "[html][page]") {
  CHECK(read("<title>\n a &amp;amp; b\n</title>").title == "a & b");
  CHECK(read(R"(<meta property="og:title" content="&lt;b&gt;bold&lt;/b&gt; move">)").title == "bold move");
  CHECK(read("<title>" + std::string(400, 'x') + "</title>").title == std::string(300, 'x'));
  CHECK(clean_page_text("1 < 2", 10).starts_with("1"));
}

TEST_CASE("every part of a page's head is found", "[html][page]") {
  const auto info = read(R"(
<meta property="og:type" content="Article"><meta property="og:site_name" content="Site">
<meta name="description" content="About"><meta name="author" content="Ann"><meta name="fediverse:creator" content="@ann@a.example">
<link rel="alternate canonical" href="/real"><meta property="og:image:secure_url" content="https://a.example/i.png">
<meta property="og:image:width" content="99999999"><meta name="twitter:player" content="https://a.example/p">
<meta name="twitter:player:width" content="640"><meta name="twitter:player:height" content="x">
<link rel="alternate" type="application/json+oembed" href="https://a.example/o">
<link rel="alternate" type="text/xml+oembed" href="https://a.example/xml">
<script type="application/ld+json">{"a": "</b>"}</script><script>var x = 1;</script>)");
  CHECK(info.type == "article");
  CHECK(info.site_name == "Site");
  CHECK(info.description == "About");
  CHECK(info.author == "Ann");
  CHECK(info.creator == "@ann@a.example");
  CHECK(info.canonical == "/real");
  CHECK(info.image == "https://a.example/i.png");
  CHECK(info.image_width == 0);
  CHECK(info.player == "https://a.example/p");
  CHECK(info.player_width == 640);
  CHECK(info.player_height == 0);
  CHECK(info.oembed == "https://a.example/o");
  CHECK(info.linked_data == std::vector<std::string>{R"({"a": "</b>"})"});
}

TEST_CASE("a page is read in its own charset", "[html][page]") {
  struct Row {
    const char* name;
    std::string head;
    const char* type;
    const char* title;
  };
  const Row rows[] = {
      {"UTF-8", "<title>Alpenstrandl\xc3\xa4ufer</title>", "text/html", "Alpenstrandl\u00e4ufer"},
      {"header", "<title>Alpenstrandl\xe4ufer \x80</title>", "text/html; charset=ISO-8859-1",
       "Alpenstrandl\u00e4ufer \u20ac"},
      {"meta", "<meta charset='windows-1251'><title>\xd7\xe5\xf0\xed\xee\xe7\xee\xe1\xe8\xea</title>", "text/html",
       "\u0427\u0435\u0440\u043d\u043e\u0437\u043e\u0431\u0438\u043a"},
      {"http-equiv",
       "<meta http-equiv=Content-Type content=\"text/html; "
       "charset=Shift_JIS\"><title>\x83\x6e\x83\x7d\x83\x56\x83\x4d</title>",
       "text/html", "\u30cf\u30de\u30b7\u30ae"},
      {"GBK", "<meta charset=gb2312><title>\xba\xda\xb8\xb9\xb1\xf5\xf0\xd9</title>", "text/html",
       "\u9ed1\u8179\u6ee8\u9e73"},
      {"undeclared", "<title>l\xe4ufer</title>", "text/html", "l\u00e4ufer"},
      {"unknown name", "<meta charset=klingon><title>abc</title>", "text/html", "abc"},
      {"lying header", "<title>caf\xe9</title>", "text/html; charset=utf-8", "caf\ufffd"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(read(row.head, row.type).title == row.title);
  }
  const std::string wide("\xff\xfe<\0t\0i\0t\0l\0e\0>\0h\0i\0", 20);
  CHECK(read_page_info(wide, "text/html").title == "hi");
}

TEST_CASE("hostile and broken pages say nothing or little, in bounded time", "[html][page]") {
  CHECK(read_page_info("", "text/html").title.empty());
  CHECK(read_page_info(std::string("\0\xff\xfe<", 4), "text/html").title.empty());
  std::string deep = "<title>Deep</title>";
  for (int i = 0; i < 100'000; ++i) deep += "<b><div>";
  CHECK(read_page_info(deep, "text/html").title == "Deep");
  std::string many;
  for (int i = 0; i < 50; ++i) many += "<script type=\"application/ld+json\">{}</script>";
  CHECK(read(many).linked_data.size() == 4);
  CHECK(read("<link rel=canonical href=\"https://a.example/" + std::string(3000, 'x') + "\">").canonical.empty());
}

TEST_CASE("of a frame only its https address and its size are kept", "[html][page]") {
  CHECK(find_frame("<iframe src=\"javascript:alert(1)\"></iframe>").src.empty());
  CHECK(find_frame("<iframe src=\"http://a.example/\"></iframe>").src.empty());
  CHECK(find_frame("<p>nothing</p>").src.empty());
  CHECK(render_frame({}).empty());
  const auto frame = find_frame("<div><iframe width=3 height='4' src='https://a.example/?a=\"b\"&c'></iframe></div>");
  CHECK(frame.width == 3);
  CHECK(frame.height == 4);
  CHECK(render_frame(frame).starts_with("<iframe src=\"https://a.example/?a=&quot;b&quot;&amp;c\" width=\"3\""));
}
