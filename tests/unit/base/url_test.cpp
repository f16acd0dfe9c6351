#include "dunlin/base/url.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;

TEST_CASE("a URL is taken apart as it stands on the wire", "[base][url]") {
  const auto url = Url::parse("HTTPS://Example.ORG:8443/a/%2E./b?x=1&y=%20#frag");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->host == "example.org");
  CHECK(url->port == 8443);
  CHECK(url->path == "/a/%2E./b");
  CHECK(url->query == "x=1&y=%20");
  CHECK(url->fragment == "frag");
  CHECK(url->authority() == "example.org:8443");
  CHECK(url->target() == "/a/%2E./b?x=1&y=%20");
  CHECK(url->str() == "https://example.org:8443/a/%2E./b?x=1&y=%20");
}

TEST_CASE("defaults are filled in and default ports fall away", "[base][url]") {
  CHECK(Url::parse("https://example.org")->str() == "https://example.org/");
  CHECK(Url::parse("https://example.org:443/x")->str() == "https://example.org/x");
  CHECK(Url::parse("http://example.org:443/")->authority() == "example.org:443");
  CHECK(Url::parse("http://example.org:/")->port == 80);
  CHECK(Url::parse("https://example.org?q")->target() == "/?q");
  CHECK(Url::parse("https://example.org#f")->target() == "/");
  CHECK(Url::parse("http://127.0.0.1:4001/u")->authority() == "127.0.0.1:4001");
  CHECK(Url::parse("http://localhost:3000/")->host == "localhost");
}

TEST_CASE("hosts have one spelling", "[base][url]") {
  CHECK(Url::parse("https://EXAMPLE.org./")->host == "example.org");
  CHECK(Url::parse("https://Bücher.example/")->host == "xn--bcher-kva.example");
  CHECK(Url::parse("https://XN--bcher-kva.example/")->host == "xn--bcher-kva.example");
  CHECK(Url::parse("https://faß.example/")->host == "xn--fa-hia.example");  // UTS 46 non-transitional
  CHECK(Url::parse("https://[0:0::1]:81/")->authority() == "[::1]:81");
  CHECK(Url::parse("https://ｅｘａｍｐｌｅ.org/")->host == "example.org");
  CHECK(Url::parse("https://my_host.example/")->host == "my_host.example");
}

TEST_CASE("non-ASCII paths are escaped, nothing is decoded", "[base][url]") {
  CHECK(Url::parse("https://example.org/Köln?ü=%C3%BC")->target() == "/K%C3%B6ln?%C3%BC=%C3%BC");
}

TEST_CASE("what is not an absolute http URL is refused", "[base][url]") {
  const std::string too_long = "https://example.org/" + std::string(2048, 'a');
  const std::string long_label = "https://" + std::string(64, 'a') + ".org/";
  for (const std::string& bad : std::vector<std::string>{"",
                                                         "/path",
                                                         "example.org",
                                                         "//example.org/",
                                                         "ftp://example.org/",
                                                         "javascript:alert(1)",
                                                         "https:/x",
                                                         "https://",
                                                         "https:///x",
                                                         "https://user@example.org/",
                                                         "https://user:pw@example.org/",
                                                         "https://exa mple.org/",
                                                         "https://example.org/a b",
                                                         "https://example.org/\n",
                                                         "https://example.org:0/",
                                                         "https://example.org:65536/",
                                                         "https://example.org:8a/",
                                                         "https://example.org:-1/",
                                                         "https://exam%70le.org/",
                                                         "https://a..b/",
                                                         "https://.org/",
                                                         "https://-a.org/",
                                                         "https://example.org\\@evil.org/",
                                                         "https://[::1/",
                                                         "https://[::g]/",
                                                         "https://[]/",
                                                         "https://[fe80::1%25eth0]/",
                                                         "https://2130706433/",
                                                         "https://0x7f.0.0.1/",
                                                         "https://127.1/",
                                                         "https://0177.0.0.1/",
                                                         "https://1.2.3.256/",
                                                         "https://1.2.3.4.5/",
                                                         "https://xn--zzzzzz-99999999/",
                                                         "https://\xff.org/",
                                                         too_long,
                                                         long_label,
                                                         std::string("https://exa\0mple.org/", 21),
                                                         std::string("https://example.org/\x7f")}) {
    CAPTURE(bad);
    CHECK_FALSE(Url::parse(bad));
  }
}

TEST_CASE("a Location is resolved as in RFC 3986 5.4", "[base][url]") {
  const auto base = *Url::parse("http://a/b/c/d;p?q");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"", "http://a/b/c/d;p?q"},
      {";x", "http://a/b/c/;x"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"https://other.example/z", "https://other.example/z"},
  };
  for (const auto& [reference, expected] : cases) {
    CAPTURE(reference);
    const auto resolved = base.resolve(reference);
    REQUIRE(resolved);
    CHECK(resolved->str() == expected);
  }
  CHECK(base.resolve("g#s/../x")->fragment == "s/../x");
  for (const std::string_view bad : {"javascript:alert(1)", "ftp://x/", "//user@host/", "a b"}) {
    CAPTURE(bad);
    CHECK_FALSE(base.resolve(bad));
  }
}

TEST_CASE("an origin is scheme, host and port", "[base][url]") {
  CHECK(same_origin("https://a.example/x", "https://A.example:443/y#z"));
  CHECK_FALSE(same_origin("https://a.example/", "http://a.example/"));
  CHECK_FALSE(same_origin("https://a.example/", "https://a.example:444/"));
  CHECK_FALSE(same_origin("https://a.example/", "https://b.a.example/"));
  CHECK_FALSE(same_origin("nonsense", "nonsense"));
}

TEST_CASE("the domain of a handle has one spelling", "[base][url]") {
  CHECK(normalise_domain("Example.ORG.") == "example.org");
  CHECK(normalise_domain("bücher.example") == "xn--bcher-kva.example");
  CHECK(normalise_domain("127.0.0.1:4002") == "127.0.0.1:4002");
  CHECK(normalise_domain("example.org:443") == "example.org");
  for (const std::string_view bad :
       {"", "a b", "user@example.org", "example.org/x", "a:b:c", "example.org:99999", "127.1"}) {
    CAPTURE(bad);
    CHECK_FALSE(normalise_domain(bad));
  }
  CHECK(domain_of("http://127.0.0.1:4001/ap/users/1") == "127.0.0.1:4001");
  CHECK(domain_of("https://Example.org/@a") == "example.org");
  CHECK(domain_of("urn:x").empty());
}
