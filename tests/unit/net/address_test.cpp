#include "dunlin/net/address.hpp"

#include <catch2/catch.hpp>

using namespace dunlin::net;

// 8.14, R1
TEST_CASE("only global unicast addresses are public", "[net][address]") {
  const char* refused[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1",
                           "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
                           "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
                           "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
                           // IPv6
                           "::", "::1", "::7f00:1", "::808:808", "::ffff:127.0.0.1", "::ffff:10.1.1.1",
                           "::ffff:169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1",
                           "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1",
                           "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "fc00::1", "fd12:3456::1",
                           "fe80::1", "fec0::1", "ff02::1", "4000::1"};
  for (const char* text : refused) {
    INFO(text);
    const auto address = IpAddress::parse(text);
    REQUIRE(address);
    CHECK_FALSE(is_public(*address));
  }
  const char* allowed[] = {
      "1.1.1.1",          "8.8.8.8",         "100.63.255.255", "100.128.0.1",         "172.15.0.1",
      "172.32.0.1",       "192.0.1.1",       "198.17.0.1",     "223.255.255.255",     "::ffff:8.8.8.8",
      "64:ff9b::8.8.8.8", "2606:4700::1111", "2a01:4f8::1",    "2001:4860:4860::8888"};
  for (const char* text : allowed) {
    INFO(text);
    const auto address = IpAddress::parse(text);
    REQUIRE(address);
    CHECK(is_public(*address));
  }
}

// 8.14
TEST_CASE("odd spellings of addresses are not addresses", "[net][address]") {
  for (const char* text : {"", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1 ", "127.0.0.01x", "[::1]",
                           "fe80::1%eth0", "1.2.3.4.5", "1.2.3.256", ":::", "example.org"}) {
    INFO(text);
    CHECK_FALSE(IpAddress::parse(text));
  }
}

// 8.14
TEST_CASE("an IPv4-mapped address is the IPv4 address", "[net][address]") {
  const auto mapped = IpAddress::parse("::ffff:192.0.2.1");
  REQUIRE(mapped);
  CHECK(mapped->is_v4());
  CHECK(mapped->str() == "192.0.2.1");
  CHECK(*mapped == *IpAddress::parse("192.0.2.1"));
}

TEST_CASE("ranges contain what their prefix says", "[net][address]") {
  const auto set = CidrSet::parse({"10.0.0.0/9", "192.0.2.7", "2001:db8::/33", "::1"});
  REQUIRE(set);
  const auto has = [&](const char* text) { return set->contains(*IpAddress::parse(text)); };
  CHECK(has("10.127.0.1"));
  CHECK_FALSE(has("10.128.0.1"));
  CHECK(has("192.0.2.7"));
  CHECK_FALSE(has("192.0.2.8"));
  CHECK(has("2001:db8:7fff::1"));
  CHECK_FALSE(has("2001:db8:8000::1"));
  CHECK(has("::1"));
  CHECK(has("::ffff:10.1.1.1"));
  CHECK(CidrSet::parse({"0.0.0.0/0"})->contains(*IpAddress::parse("8.8.8.8")));
  CHECK_FALSE(CidrSet::parse({"0.0.0.0/0"})->contains(*IpAddress::parse("2a00::1")));
}

TEST_CASE("a bad range is an error that names it", "[net][address]") {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "::/129", "localhost", "/8"}) {
    INFO(text);
    const auto set = CidrSet::parse({text});
    REQUIRE_FALSE(set);
    CHECK(set.error().message.find(std::string("'") + text + "'") != std::string::npos);
  }
}
