#include "dunlin/base/text.hpp"

#include "dunlin/base/random.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;

TEST_CASE("case changes touch ASCII letters only", "[base][text]") {
  CHECK(text::to_lower_ascii("ABC-Ä1") == "abc-Ä1");
  CHECK(text::equals_ignore_case("Content-TYPE", "content-type"));
  CHECK_FALSE(text::equals_ignore_case("a", "ab"));
  CHECK(text::starts_with_ignore_case("BEARER x", "bearer "));
  CHECK_FALSE(text::starts_with_ignore_case("Bear", "bearer"));
}

TEST_CASE("trim removes ASCII white space at both ends", "[base][text]") {
  CHECK(text::trim(" \t\r\n a b \v\f") == "a b");
  CHECK(text::trim("   ").empty());
  CHECK(text::trim("").empty());
}

TEST_CASE("split keeps empty parts and join puts them back", "[base][text]") {
  CHECK(text::split("", ',') == std::vector<std::string_view>{""});
  CHECK(text::split(",a,,b,", ',') == std::vector<std::string_view>{"", "a", "", "b", ""});
  CHECK(text::join({"", "a", "", "b", ""}, ",") == ",a,,b,");
  CHECK(text::join({}, ",").empty());
}

TEST_CASE("replace_all does not look at what it has written", "[base][text]") {
  CHECK(text::replace_all("aaa", "a", "aa") == "aaaaaa");
  CHECK(text::replace_all("abcabc", "bc", "") == "aa");
  CHECK(text::replace_all("abc", "", "x") == "abc");
  CHECK(text::replace_all("abc", "x", "y") == "abc");
}

TEST_CASE("invalid UTF-8 is found", "[base][text]") {
  CHECK(text::is_valid_utf8(""));
  CHECK(text::is_valid_utf8("héllo \U0001F600"));
  for (const std::string_view bad :
       {"\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\xff", "\xe2\x82"}) {
    CAPTURE(text::hex_encode(bad));
    CHECK_FALSE(text::is_valid_utf8(bad));
  }
}

TEST_CASE("to_valid_utf8 replaces bad sequences and removes NUL", "[base][text]") {
  CHECK(text::to_valid_utf8("a\xff"
                            "b") == "a\uFFFDb");
  CHECK(text::to_valid_utf8(std::string("a\0b", 3)) == "ab");
  CHECK(text::to_valid_utf8("\xe2\x82") == "\uFFFD");
  for (int i = 0; i < 200; ++i) CHECK(text::is_valid_utf8(text::to_valid_utf8(random_bytes(64))));
}

TEST_CASE("graphemes are what a person calls characters", "[base][text]") {
  CHECK(text::count_graphemes("") == 0);
  CHECK(text::count_graphemes("hello") == 5);
  CHECK(text::count_graphemes("a\r\nb") == 3);
  CHECK(text::count_graphemes("e\u0301") == 1);
  CHECK(text::count_graphemes("\U0001F468\u200D\U0001F469\u200D\U0001F467") == 1);  // a family joined by ZWJ
  CHECK(text::count_graphemes("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7") == 2);    // two flags
  CHECK(text::count_graphemes("日本語") == 3);
}

TEST_CASE("truncation never splits a character", "[base][text]") {
  CHECK(text::truncate_graphemes("ae\u0301i", 2) == "ae\u0301");
  CHECK(text::truncate_graphemes("abc", 0).empty());
  CHECK(text::truncate_graphemes("abc", 9) == "abc");
  CHECK(text::truncate_utf8("aé", 2) == "a");
  CHECK(text::truncate_utf8("aé", 3) == "aé");
  CHECK(text::truncate_utf8("\U0001F600", 3).empty());
}

TEST_CASE("fold makes one key of the spellings of a name", "[base][text]") {
  CHECK(text::fold("FooBar") == "foobar");
  CHECK(text::fold("Straße") == text::fold("STRASSE"));
  CHECK(text::fold("Ｆｕｌｌ") == "full");
  CHECK(text::fold("e\u0301") == text::fold("\u00C9"));
}

TEST_CASE("escape_html leaves nothing that could end a text or an attribute", "[base][text]") {
  CHECK(text::escape_html("<a href=\"x\" b='y'>&") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
}

TEST_CASE("percent encoding keeps unreserved characters only", "[base][text]") {
  CHECK(text::percent_encode("aZ09-._~") == "aZ09-._~");
  CHECK(text::percent_encode("a b/ü") == "a%20b%2F%C3%BC");
  CHECK(text::percent_decode("a%20b%2f+") == "a b/+");
  CHECK(text::percent_decode("a+b", true) == "a b");
  for (const std::string_view bad : {"%", "%4", "%4g", "%%41"}) CHECK_FALSE(text::percent_decode(bad));
}

TEST_CASE("base64 follows RFC 4648", "[base][text]") {
  CHECK(text::base64_encode("") == "");
  CHECK(text::base64_encode("f") == "Zg==");
  CHECK(text::base64_encode("fo") == "Zm8=");
  CHECK(text::base64_encode("foobar") == "Zm9vYmFy");
  CHECK(text::base64url_encode("\xfb\xff") == "-_8");
  CHECK(text::base64_decode("Zm8=") == "fo");
  CHECK(text::base64url_decode("Zm8=") == "fo");
  CHECK(text::base64url_decode("Zm8") == "fo");
  for (const std::string_view bad : {"Zg", "Zg=", "Z", "Zg==Zg==", "Zm9v\n", "Zh==", "-_8=", "===="}) {
    CAPTURE(bad);
    CHECK_FALSE(text::base64_decode(bad));
  }
}

TEST_CASE("encodings round-trip random bytes", "[base][text]") {
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string bytes = random_bytes(size);
    CHECK(text::base64_decode(text::base64_encode(bytes)) == bytes);
    CHECK(text::base64url_decode(text::base64url_encode(bytes)) == bytes);
    CHECK(text::percent_decode(text::percent_encode(bytes)) == bytes);
  }
  CHECK(text::hex_encode(std::string("\x00\xab\x7f", 3)) == "00ab7f");
}

// R26
TEST_CASE("constant time comparison equals plain comparison", "[base][text]") {
  CHECK(text::equals_constant_time("", ""));
  CHECK(text::equals_constant_time("abc", "abc"));
  CHECK_FALSE(text::equals_constant_time("abc", "abd"));
  CHECK_FALSE(text::equals_constant_time("abc", "ab"));
}

TEST_CASE("edit distance counts single edits", "[base][text]") {
  CHECK(text::edit_distance("", "abc") == 3);
  CHECK(text::edit_distance("listen", "listen") == 0);
  CHECK(text::edit_distance("lisen", "listen") == 1);
  CHECK(text::edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("random tokens have the promised length and do not repeat", "[base][random]") {
  CHECK(random_token().size() == 43);
  CHECK(random_token() != random_token());
  CHECK(random_bytes(0).empty());
  CHECK(random_below(0) == 0);
  CHECK(random_below(1) == 0);
  for (int i = 0; i < 100; ++i) CHECK(random_below(10) < 10);
}
