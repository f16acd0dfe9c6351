#include "db/web/media_site.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

/// Stored files as HTTP shows them.
using namespace dunlin;
using test::content;
using test::MediaSite;

TEST_CASE("a stored file is served with its type, for ever, and harmless", "[web][media]") {
  MediaSite site;
  const auto path = site.stored("0123456789", "png");
  const auto reply = site.get(path);
  CHECK(reply.status() == 200);
  CHECK(content(reply) == "0123456789");
  CHECK(reply.header("Content-Type") == "image/png");
  CHECK(reply.header("Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(reply.header("Content-Security-Policy") == "default-src 'none'; sandbox");
  CHECK(reply.header("X-Content-Type-Options") == "nosniff");
  CHECK(reply.header("Access-Control-Allow-Origin") == "*");
  CHECK(reply.header("Accept-Ranges") == "bytes");
  const auto again = site.get(path, {{"If-None-Match", reply.header("ETag")}});
  CHECK(again.status() == 304);
  CHECK_FALSE(again.response.file);
}

TEST_CASE("a part of a file is served when it is asked for", "[web][media][range]") {
  MediaSite site;
  const auto path = site.stored("0123456789", "mp4");
  const auto part = site.get(path, {{"Range", "bytes=2-4"}});
  CHECK(part.status() == 206);
  CHECK(part.header("Content-Range") == "bytes 2-4/10");
  CHECK(content(part) == "234");
  const auto beyond = site.get(path, {{"Range", "bytes=10-"}});
  CHECK(beyond.status() == 416);
  CHECK(beyond.header("Content-Range") == "bytes */10");
  const auto tag = part.header("ETag");
  CHECK(site.get(path, {{"Range", "bytes=2-4"}, {"If-Range", tag}}).status() == 206);
  CHECK(site.get(path, {{"Range", "bytes=2-4"}, {"If-Range", "\"other\""}}).status() == 200);
}

TEST_CASE("ranges of every form are understood, and only of what GET asks for", "[web][media][range]") {
  MediaSite site;
  site.media.events.elsewhere = GENERATE(false, true);
  const auto path = site.stored("0123456789", "mp4");
  struct Row {
    const char* range;
    int status;
    std::string content;
  };
  const Row rows[] = {{"bytes=-3", 206, "789"},
                      {"bytes=-30", 206, "0123456789"},
                      {"bytes=7-", 206, "789"},
                      {"bytes=7-99", 206, "789"},
                      {"bytes=0-0", 206, "0"},
                      {"bytes=5-2", 200, "0123456789"},
                      {"bytes=0-1,4-5", 200, "0123456789"},
                      {"lines=1-2", 200, "0123456789"},
                      {"bytes=-0", 416, ""}};
  for (const auto& row : rows) {
    INFO(row.range);
    const auto reply = site.get(path, {{"Range", row.range}});
    CHECK(reply.status() == row.status);
    if (row.status != 416) CHECK(content(reply) == row.content);
  }
  const auto beyond = site.get(path, {{"Range", "bytes=10-"}});
  CHECK(beyond.status() == 416);
  CHECK(beyond.header("Cache-Control") == "no-store");
  // RFC 9110 13.2.2: what the client has already it has whole.
  const auto known = site.get(path, {{"Range", "bytes=2-4"}, {"If-None-Match", beyond.header("ETag")}});
  CHECK(known.status() == 304);
  CHECK_FALSE(known.response.file);
  const auto head = site.head(path, {{"Range", "bytes=2-4"}});
  CHECK(head.status() == 200);
  CHECK(head.header("Content-Range").empty());
  REQUIRE(head.response.file);
  CHECK(head.response.file->size() == 10);
}

TEST_CASE("of a store elsewhere no more is read than is asked for", "[web][media][range]") {
  MediaSite site;
  site.media.events.elsewhere = true;
  auto& reads = site.media.events.reads;
  using Reads = std::vector<std::string>;
  const auto path = site.stored("0123456789", "mp4");
  const auto whole = site.get(path);
  CHECK(content(whole) == "0123456789");
  CHECK(std::exchange(reads, {}) == Reads{"size", "all"});
  CHECK(content(site.get(path, {{"Range", "bytes=2-4"}})) == "234");
  CHECK(std::exchange(reads, {}) == Reads{"size", "part 2 3"});
  CHECK(site.head(path).response.file->size() == 10);
  CHECK(std::exchange(reads, {}) == Reads{"size"});
  CHECK(site.get(path, {{"If-None-Match", whole.header("ETag")}}).status() == 304);
  CHECK(reads.empty());
  CHECK(site.get("/media/files/" + std::string(40, 'a') + ".png").status() == 404);
}

TEST_CASE("nothing but stored files of known types is served", "[web][media]") {
  MediaSite site;
  const auto raw = site.stored("an upload that is not looked at yet", "raw");
  for (const auto& path :
       {raw, std::string("/media/files/x"), std::string("/media/files/..%2f..%2fdunlin.toml"),
        "/media/files/" + std::string(40, 'a') + ".png", "/media/files/" + std::string(40, 'a') + ".html"}) {
    INFO(path);
    CHECK(site.get(path).status() == 404);
  }
}
