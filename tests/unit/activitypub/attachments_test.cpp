#include "unit/activitypub/fixtures.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace dunlin::activitypub {

using model::MediaType;

namespace {

Note note_with(const std::string& members) {
  return parse_document(R"({"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/1",)"
                        R"("type":"Note","attributedTo":"https://a.example/u","content":"x",)" +
                        members + "}")
      .value()
      .note.value();
}

Attachment only(const std::string& attachment) {
  const auto note = note_with("\"attachment\":[" + attachment + "]");
  REQUIRE(note.attachments.size() == 1);
  return note.attachments.front();
}

}  // namespace

TEST_CASE("files are read as each server writes them", "[activitypub][parse][media]") {
  const auto pixelfed = note_fixture("pixelfed/create_note.json");
  REQUIRE(pixelfed.attachments.size() == 1);
  CHECK(pixelfed.attachments[0].url == "https://cdn.pix.example/1.jpg");
  CHECK(pixelfed.attachments[0].type == MediaType::image);
  CHECK(pixelfed.attachments[0].description == "the sun over mud");
  CHECK(pixelfed.attachments[0].blurhash.empty());  // "U00" is none
  CHECK_THAT(pixelfed.content, !Catch::Contains("cdn.pix.example"));
  const auto pleroma = note_fixture("pleroma/create_note.json");
  REQUIRE(pleroma.attachments.size() == 1);
  CHECK(pleroma.attachments[0].url == "https://media.ple.example/cat.png");
  CHECK(note_fixture("gotosocial/create_note.json").attachments.at(0).description == "a pond");
  CHECK(note_fixture("lemmy/page.json").attachments.empty());
}

TEST_CASE("what is said of a file is kept within its bounds", "[activitypub][parse][media]") {
  const auto file = only(R"({"type":"Document","mediaType":"video/mp4","url":"https://a.example/v.mp4","name":"old",)"
                         R"("summary":" a < b ","blurhash":"LEHV6nWB2yk8pyo0adR*.7kCMdnj","focalPoint":[0.1,-0.2],)"
                         R"("width":1280,"height":720,"duration":"PT1M2.5S"})");
  CHECK(file.type == MediaType::video);
  CHECK(file.description == "a < b");
  CHECK(file.blurhash == "LEHV6nWB2yk8pyo0adR*.7kCMdnj");
  CHECK(file.focus == model::FocalPoint{0.1, -0.2});
  CHECK(file.width == 1280);
  CHECK(file.duration == 62.5);
  const auto odd = only(R"({"type":"Image","url":"https://a.example/p","blurhash":"L\"HV6nWB2yk8pyo0adR*.7kCMdnj",)"
                        R"("focalPoint":[2,"x"],"width":-5,"height":1e99,"duration":"soon"})");
  CHECK(odd.type == MediaType::image);
  CHECK(odd.blurhash.empty());
  CHECK(odd.focus == model::FocalPoint{});
  CHECK(odd.width == 0);
  CHECK(odd.height == 0);
  CHECK(odd.duration == 0);
}

TEST_CASE("the type is what is written, else the kind, else the ending", "[activitypub][parse][media]") {
  CHECK(only(R"({"type":"Document","url":"https://a.example/x.WEBP?y=1"})").type == MediaType::image);
  CHECK(only(R"({"type":"Audio","url":"https://a.example/x"})").type == MediaType::audio);
  CHECK(only(R"({"type":"Link","mediaType":"audio/ogg; codecs=opus","href":"https://a.example/x"})").type ==
        MediaType::audio);
  CHECK(note_with(R"("attachment":[{"type":"Document","mediaType":"application/pdf","url":"https://a.example/p.pdf"}])")
            .attachments.empty());
  CHECK(note_with(R"("attachment":{"type":"Image","mediaType":"image/svg+xml","url":"https://a.example/p.svg"})")
            .attachments.empty());
  CHECK(note_with(R"("attachment":[{"type":"Image","url":"javascript:x"},5,null,"https://a.example/x.png"])")
            .attachments.empty());
}

TEST_CASE("of several places the best is taken, and each file is shown once", "[activitypub][parse][media]") {
  const auto tube = note_with(
      R"("attachment":[{"type":"Video","url":[)"
      R"({"type":"Link","mediaType":"video/webm","href":"https://t.example/720.webm","height":720},)"
      R"({"type":"Link","mediaType":"video/mp4","href":"https://t.example/1080.mp4","height":1080},)"
      R"({"type":"Link","mediaType":"video/mp4","href":"https://t.example/480.mp4","height":480,"width":854},)"
      R"({"type":"Link","mediaType":"text/html","href":"https://t.example/w"}]},)"
      R"({"type":"Video","mediaType":"video/mp4","url":"https://t.example/480.mp4"}])");
  REQUIRE(tube.attachments.size() == 1);
  CHECK(tube.attachments[0].url == "https://t.example/480.mp4");
  CHECK(tube.attachments[0].width == 854);
  const auto many = [] {
    std::string all;
    for (int i = 0; i < 80; ++i) {
      all +=
          (i > 0 ? "," : "") + std::string(R"({"type":"Image","url":"https://a.example/)") + std::to_string(i) + "\"}";
    }
    return note_with("\"attachment\":[" + all + "]").attachments.size();
  }();
  CHECK(many == 64);
}

// federation.md 5.1, 5.4
TEST_CASE("the pictures in the text of an article are its pictures, unless its server attaches some",
          "[activitypub][parse][media]") {
  const auto article = [](const std::string& type, const std::string& members) {
    return parse_document(R"({"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/1","type":")" +
                          type +
                          R"(","attributedTo":"https://a.example/u","content":)"
                          R"("<p>one<img src='https://a.example/i/7' alt='a ruff'></p>)"
                          R"(<figure><img src='https://a.example/b.jpg'><img src='https://a.example/i/7'></figure>)"
                          R"(<img class='emoji' alt='x' src='https://a.example/e.png'><img src='/relative.jpg'>)"
                          R"(<img src='https://a.example/count.gif' width='1' height='1'>")" +
                          members + "}")
        .value()
        .note.value();
  };
  const auto plain = article("Article", "");
  REQUIRE(plain.attachments.size() == 2);
  CHECK(plain.attachments[0].url == "https://a.example/i/7");
  CHECK(plain.attachments[0].type == MediaType::image);
  CHECK(plain.attachments[0].description == "a ruff");
  CHECK(plain.attachments[1].url == "https://a.example/b.jpg");
  const auto with_cover = article("Page", R"(,"image":{"type":"Image","url":"https://a.example/b.jpg"})");
  REQUIRE(with_cover.attachments.size() == 2);
  CHECK(with_cover.attachments[0].url == "https://a.example/b.jpg");
  const auto with_own = article("Article", R"(,"attachment":[{"type":"Image","url":"https://a.example/big.jpg"}])");
  REQUIRE(with_own.attachments.size() == 1);
  CHECK(with_own.attachments[0].url == "https://a.example/big.jpg");
  CHECK(article("Note", "").attachments.empty());
}

TEST_CASE("an article shows no more pictures than a status may have", "[activitypub][parse][media]") {
  std::string content;
  for (int i = 0; i < 100; ++i) content += "<img src='https://a.example/" + std::to_string(i) + ".jpg'>";
  const auto note = parse_document(
      R"({"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/1","type":"Article",)"
      R"("attributedTo":"https://a.example/u","image":{"type":"Image","url":"https://a.example/c.jpg"},"content":")" +
      content + "\"}");
  CHECK(note.value().note.value().attachments.size() == 64);
}

}  // namespace dunlin::activitypub
