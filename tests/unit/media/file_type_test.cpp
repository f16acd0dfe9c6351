#include "dunlin/media/file_type.hpp"

#include "support/samples.hpp"

#include "dunlin/media/storage.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using namespace dunlin::media;

namespace {

std::string type_of(const std::filesystem::path& file) {
  const auto type = sniff_file(file);
  return type ? std::string(type->content_type) : "none";
}

}  // namespace

TEST_CASE("a file's type is what its first bytes say", "[media]") {
  const test::Samples samples;
  const auto png = samples.picture("64x48", "a.png");
  CHECK(type_of(png) == "image/png");
  CHECK(type_of(samples.picture("64x48", "a.jpg")) == "image/jpeg");
  CHECK(type_of(samples.picture("64x48", "a.webp")) == "image/webp");
  CHECK(type_of(samples.picture("64x48", "a.gif")) == "image/gif");
  CHECK(type_of(samples.converted(png, "a.avif")) == "image/avif");
  CHECK(type_of(samples.converted(png, "a.heic")) == "image/heic");
  CHECK(type_of(samples.film("64x48", 0.3, false, "", "a.mp4")) == "video/mp4");
  CHECK(type_of(samples.film("64x48", 0.3, false, "", "a.mov")) == "video/quicktime");
  CHECK(type_of(samples.film("64x48", 0.3, false, "-c:v libvpx", "a.webm")) == "video/webm");
  CHECK(type_of(samples.film("64x48", 0.3, false, "-c:v libtheora", "a.ogv")) == "video/ogg");
  CHECK(type_of(samples.sound("", "a.mp3")) == "audio/mpeg");
  CHECK(type_of(samples.sound("-id3v2_version 0 -write_xing 0", "b.mp3")) == "audio/mpeg");
  CHECK(type_of(samples.sound("-c:a libvorbis", "a.ogg")) == "audio/ogg");
  CHECK(type_of(samples.sound("", "a.flac")) == "audio/flac");
  CHECK(type_of(samples.sound("", "a.wav")) == "audio/wav");
  CHECK(type_of(samples.sound("", "a.m4a")) == "audio/mp4");
  CHECK(type_of(samples.sound("", "a.aac")) == "audio/aac");
}

// R17
TEST_CASE("8.104: what is no known file is none, whatever it calls itself", "[media]") {
  const test::Samples samples;
  for (const std::string content :
       {"", "GIF", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "#EXTM3U\nhttp://127.0.0.1/",
        "%PDF-1.4 and more of it", "MZ\x90 a program, really", "<!doctype html><script>1</script>",
        R"({"@context": "https://www.w3.org/ns/activitystreams", "type": "Person"})",
        "ffconcat version 1.0\nfile /etc/passwd"}) {
    INFO(content);
    CHECK(type_of(samples.bytes(content, "a.png")) == "none");
  }
  CHECK(type_of("/nonexistent") == "none");
}

TEST_CASE("keys are a digest and the ending of a type that is served", "[media][storage]") {
  const test::Samples samples;
  const auto key = content_key(samples.bytes("abc", "x"), "png").value();
  CHECK(key == "ba7816bf8f01cfea414140de5dae2223b00361a3.png");
  CHECK(is_key(key));
  CHECK(content_type_of(key) == "image/png");
  CHECK(still_key("ba7816bf8f01cfea414140de5dae2223b00361a3.anim.webp") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a3.still.png");
  CHECK(still_key(key) == key);
  for (const char* bad : {"", ".png", "../../etc/passwd", "ba7816bf8f01cfea414140de5dae2223b00361a3.html",
                          "ba7816bf8f01cfea414140de5dae2223b00361a3", "BA7816bf8f01cfea414140de5dae2223b00361a3.png",
                          "ba7816bf8f01cfea414140de5dae2223b00361a3./../x"}) {
    INFO(bad);
    CHECK_FALSE(is_key(bad));
  }
}

TEST_CASE("equal files are stored once, whole, and can be removed", "[media][storage]") {
  const test::Samples samples;
  LocalStorage storage(samples.folder() / "store");
  const auto key = content_key(samples.bytes("abc", "x"), "png").value();
  REQUIRE(storage.put(key, samples.folder() / "x"));
  REQUIRE(storage.put(key, samples.bytes("abc", "y")));
  CHECK(test::Samples::read(storage.get(key, samples.folder()).value()) == "abc");
  int stored = 0;
  REQUIRE(storage.list([&](std::string_view name, std::uint64_t bytes) {
    CHECK(name == key);
    CHECK(bytes == 3);
    ++stored;
  }));
  CHECK(stored == 1);
  REQUIRE(storage.remove(key));
  REQUIRE(storage.remove(key));
  CHECK(storage.get(key, samples.folder()).error().code == Errc::not_found);
  CHECK(storage.put(key, samples.folder() / "missing").error().code == Errc::unavailable);
}
