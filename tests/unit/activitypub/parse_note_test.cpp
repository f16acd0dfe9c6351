#include "fixtures.hpp"

#include "dunlin/activitypub/vocabulary.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace dunlin::activitypub {

using model::Visibility;

namespace {

struct Expected {
  const char* file;
  const char* id;
  const char* author;
  const char* content;
  const char* spoiler;
  bool sensitive;
  const char* language;  // "" = none
  const char* in_reply_to;
  Visibility visibility;
  std::vector<std::string> hashtags;
  std::size_t mentions;
};

const Expected kNotes[] = {
    {"mastodon/create_note.json",
     "https://masto.example/users/mara/statuses/11001",
     "https://masto.example/users/mara",
     "Good morning",
     "spiders & webs",
     true,
     "en-GB",
     "",
     Visibility::public_,
     {"Birds"},
     1},
    {"pleroma/create_note.json",
     "https://ple.example/objects/4c1d",
     "https://ple.example/users/pia",
     "hi<br",
     "",
     false,
     "",
     "",
     Visibility::unlisted,
     {"silent"},
     1},
    {"gotosocial/create_note.json",
     "https://gts.example/users/gwen/statuses/01HX",
     "https://gts.example/users/gwen",
     "<p>quiet</p>",
     "",
     false,
     "nl",
     "https://example.org/ap/users/77/statuses/5",
     Visibility::private_,
     {},
     0},
    {"misskey/create_note.json",
     "https://mk.example/notes/9abc",
     "https://mk.example/users/9aaa",
     "psst",
     "",
     true,
     "",
     "",
     Visibility::direct,
     {},
     1},
    {"lemmy/page.json",
     "https://lemmy.example/post/7",
     "https://lemmy.example/u/leo",
     "A rare wader",
     "",
     true,
     "en",
     "",
     Visibility::public_,
     {},
     0},
    {"peertube/video.json",
     "https://tube.example/videos/watch/5e",
     "https://tube.example/accounts/paul",
     "Waders at dusk",
     "",
     false,
     "fr",
     "",
     Visibility::public_,
     {"waders"},
     0},
    {"pixelfed/create_note.json",
     "https://pix.example/p/pam/1",
     "https://pix.example/users/pam",
     "sunrise",
     "",
     false,
     "",
     "",
     Visibility::public_,
     {"sun"},
     0},
    {"wordpress/article.json",
     "https://blog.example/?p=12",
     "https://blog.example/?author=1",
     "Mud matters.",
     "",
     false,
     "en",
     "",
     Visibility::public_,
     {"Mud"},
     0},
    {"friendica/note.json",
     "https://fri.example/objects/aa",
     "https://fri.example/profile/fritz",
     "A title",
     "",
     false,
     "de",
     "",
     Visibility::direct,
     {},
     1},
    {"odd/prefixed_and_expanded.json",
     "https://odd.example/notes/1",
     "https://odd.example/users/o",
     "plain names",
     "",
     false,
     "",
     "https://example.org/ap/users/77/statuses/5",
     Visibility::public_,
     {},
     0},
    {"odd/everything_wrong.json",
     "https://odd.example/notes/2",
     "https://odd.example/users/o",
     "first",
     "",
     true,
     "",
     "",
     Visibility::public_,
     {"One"},
     0},
    {"odd/maps_only.json",
     "https://odd.example/notes/3",
     "https://odd.example/users/o",
     "tylko mapa",
     "uwaga",
     true,
     "pl",
     "",
     Visibility::private_,
     {},
     0},
};

/// The followers collection that the author of a note has in these fixtures.
std::string followers_of(const Note& note) {
  return note.attributed_to + "/followers";
}

Note parse_note(const std::string& members) {
  const auto text = R"({"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/1","type":"Note",)"
                    R"("attributedTo":"https://a.example/u",)" +
                    members + "}";
  return parse_document(text).value().note.value();
}

}  // namespace

// 8.63, 8.64
TEST_CASE("notes in the manner of each software are read alike", "[activitypub][parse]") {
  for (const Expected& expected : kNotes) {
    CAPTURE(expected.file);
    const Note note = note_fixture(expected.file);
    CHECK(note.id == expected.id);
    CHECK(note.attributed_to == expected.author);
    CHECK_THAT(note.content, Catch::Contains(expected.content));
    CHECK(note.spoiler_text == expected.spoiler);
    CHECK(note.sensitive == expected.sensitive);
    CHECK(note.language.value_or("") == expected.language);
    CHECK(note.in_reply_to == expected.in_reply_to);
    CHECK(note.audience.visibility(followers_of(note)) == expected.visibility);
    CHECK(note.hashtags == expected.hashtags);
    CHECK(note.mentions.size() == expected.mentions);
    CHECK_FALSE(note.is_vote);
  }
}

TEST_CASE("dates are read in every form, and left out when they are none", "[activitypub][parse]") {
  const auto expected = note_fixture("mastodon/create_note.json").published;
  REQUIRE(expected);
  CHECK(note_fixture("gotosocial/create_note.json").published == expected);     // with an offset
  CHECK(note_fixture("odd/prefixed_and_expanded.json").published == expected);  // without a zone: UTC
  CHECK(note_fixture("pleroma/create_note.json").published == *expected + std::chrono::milliseconds(345));
  CHECK_FALSE(note_fixture("odd/everything_wrong.json").published);
  CHECK_FALSE(note_fixture("odd/everything_wrong.json").updated);
}

TEST_CASE("what is not a microblog post shows its title, text, attachments and page", "[activitypub][parse]") {
  const auto video = note_fixture("peertube/video.json");
  CHECK(video.url == "https://tube.example/w/5e");
  CHECK(video.author_is_person);
  CHECK(video.co_authors == std::vector<std::string>{"https://tube.example/video-channels/tides"});
  CHECK_THAT(video.content, Catch::Contains("<strong>Waders at dusk</strong>"));
  CHECK_THAT(video.content, Catch::Contains("href=\"https://tide.example\""));
  CHECK_THAT(video.content, Catch::Contains("href=\"https://tube.example/w/5e\""));

  const auto page = note_fixture("lemmy/page.json");
  CHECK_THAT(page.content, Catch::Contains("href=\"https://news.example/wader\""));
  const auto article = note_fixture("wordpress/article.json");
  CHECK_THAT(article.content, !Catch::Contains("Why mud matters"));  // an abstract, not a warning
}

TEST_CASE("remote HTML is sanitised before anybody sees it", "[activitypub][parse]") {
  const auto note = parse_note(R"("content":"<p onclick=x>a<script>b</script><a href='javascript:c'>d</a></p>")");
  CHECK(note.content.find("onclick") == std::string::npos);
  CHECK(note.content.find("script") == std::string::npos);
  CHECK(parse_note(R"("content":"x","summary":"<b>mind</b> the <i>gap</i>")").spoiler_text == "mind the gap");
}

// 8.61
TEST_CASE("the audience is what is written, in any spelling, and never wider", "[activitypub][parse]") {
  const auto visibility = [](const char* members) {
    return parse_note(members).audience.visibility("https://a.example/u/followers");
  };
  CHECK(visibility(R"("to":"https://www.w3.org/ns/activitystreams#Public")") == Visibility::public_);
  CHECK(visibility(R"("to":["Public"])") == Visibility::public_);
  CHECK(visibility(R"("cc":"as:Public","to":[])") == Visibility::unlisted);
  CHECK(visibility(R"("audience":"as:Public")") == Visibility::unlisted);
  CHECK(visibility(R"("to":"https://a.example/u/followers")") == Visibility::private_);
  CHECK(visibility(R"("to":"https://a.example/other/followers")") == Visibility::direct);
  CHECK(visibility(R"("bto":"as:Public","bcc":"as:Public")") == Visibility::direct);
  CHECK(visibility(R"("name":"nobody")") == Visibility::direct);
  CHECK(visibility(R"("to":"as:Public","directMessage":true)") == Visibility::direct);
  CHECK(note_fixture("odd/maps_only.json").audience.local_only);
}

TEST_CASE("a vote is a name without content in reply to something", "[activitypub][parse]") {
  const auto vote = parse_activity(fixture("misskey/vote.json")).value();
  CHECK(vote.objects.at(0).note.value().is_vote);
  CHECK_FALSE(parse_note(R"("name":"a title","content":"and text","inReplyTo":"https://b.example/1")").is_vote);
}

TEST_CASE("a private message is for its receiver alone", "[activitypub][parse]") {
  const auto text =
      R"({"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/1","type":"ChatMessage",)"
      R"("attributedTo":"https://a.example/u","to":["https://example.org/ap/users/77"],"content":"hey"})";
  CHECK(parse_document(text).value().note.value().is_private_message);
}

// 8.101
TEST_CASE("limits hold: too much text is no status, too many tags are cut", "[activitypub][parse]") {
  const std::string content(256UL * 1024UL + 1, 'x');
  const auto text =
      R"({"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/1","type":"Note","content":")" +
      content + "\"}";
  CHECK_FALSE(parse_document(text).value().note);

  std::string tags;
  for (int i = 0; i < 300; ++i) {
    tags += (i == 0 ? "" : ",") + std::string(R"({"type":"Mention","href":"https://b.example/)") + std::to_string(i) +
            "\"}";
  }
  CHECK(parse_note("\"content\":\"x\",\"tag\":[" + tags + "]").mentions.size() == 100);
}

// federation.md 5.1
TEST_CASE("content that says to be Markdown or plain text is shown as that", "[activitypub][parse]") {
  const auto content = [](const std::string& media_type, const std::string& text) {
    return parse_document(
               R"({"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/1","type":"Note",)"
               R"("attributedTo":"https://a.example/u","mediaType":")" +
               media_type + R"(","content":")" + text + "\"}")
        .value()
        .note.value()
        .content;
  };
  const auto shown = content("text/markdown", R"(Filmed at **low** tide\n\n* <b>ruff</b>\n* see https://a.example/x)");
  CHECK_THAT(shown, Catch::Contains("<p>Filmed at <strong>low</strong> tide</p>"));
  CHECK_THAT(shown, Catch::Contains("<ul>") && Catch::Contains("&lt;b&gt;ruff&lt;/b&gt;"));
  CHECK_THAT(shown, Catch::Contains("href=\"https://a.example/x\""));
  CHECK_THAT(content("text/plain", "**low** <b>"), Catch::Contains("**low** &lt;b&gt;"));
  CHECK(content("text/html", "<p><b>low</b></p>") == "<p><b>low</b></p>");
}

}  // namespace dunlin::activitypub
