#include "dunlin/activitypub/render.hpp"

#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/json/parse.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace dunlin::activitypub {

using model::Visibility;
using nlohmann::json;

namespace {

constexpr const char* kAsPublic = "https://www.w3.org/ns/activitystreams#Public";

struct Fixture {
  Fixture() {
    config.server.domain = "example.org";
    config.server.public_url = "https://web.example.org";
    author.id = AccountId{77};
    author.username = "anna";
    author.uri = "https://web.example.org/ap/users/77";
    author.url = "https://web.example.org/@anna";
    author.note = "<p>bio</p>";
    author.created_at = *parse_iso8601("2026-01-02T03:04:05.678Z");
    author.updated_at = *parse_iso8601("2026-01-03T03:04:05.678Z");
    author.attribution_domains = {"news.example"};
    author.fields = {{"Site", "<a href=\"https://a.example\">a</a>", "", std::nullopt}};
    status.id = StatusId{5};
    status.uri = author.uri + "/statuses/5";
    status.url = "https://web.example.org/@anna/5";
    status.account_id = author.id;
    status.content = "<p>\"quoted\" &amp; more</p>";
    status.source = "\"quoted\" & more";
    status.language = "en";
    status.tags = {"Birds"};
    status.conversation_id = ConversationId{9};
    status.created_at = *parse_iso8601("2026-02-03T10:11:12.345Z");
    status.favourites_count = 3;
    mentions = {
        {AccountId{8}, "bob", "peer.example", "https://peer.example/users/bob", "https://peer.example/@bob", false},
        {AccountId{78}, "carl", std::nullopt, "https://web.example.org/ap/users/78", "https://web.example.org/@carl",
         false}};
  }
  [[nodiscard]] NoteParts parts() const {
    return {.status = status,
            .author = author,
            .mentions = mentions,
            .in_reply_to = "",
            .conversation = "https://web.example.org/contexts/9"};
  }

  config::Config config;
  model::Account author;
  model::Status status;
  std::vector<model::Mention> mentions;
};

json parsed(const std::string& text) {
  return dunlin::json::parse(text).value();
}

}  // namespace

TEST_CASE("a note says the same to every reader", "[activitypub][render]") {
  const Fixture f;
  const auto note = parsed(render_note(f.config, f.parts()));
  CHECK(note["@context"][0] == "https://www.w3.org/ns/activitystreams");
  CHECK(note["id"] == f.status.uri);
  CHECK(note["type"] == "Note");
  CHECK(note["attributedTo"] == f.author.uri);
  CHECK(note["published"] == "2026-02-03T10:11:12.345Z");
  CHECK_FALSE(note.contains("updated"));
  CHECK(note["inReplyTo"].is_null());
  CHECK(note["summary"].is_null());
  CHECK(note["content"] == f.status.content);
  CHECK(note["contentMap"]["en"] == note["content"]);
  CHECK(note["to"] == json::array({kAsPublic}));
  CHECK(note["cc"] == json::array({f.author.uri + "/followers", "https://peer.example/users/bob",
                                   "https://web.example.org/ap/users/78"}));
  CHECK(note["tag"][0]["name"] == "@bob@peer.example");
  CHECK(note["tag"][1]["name"] == "@carl@example.org");
  CHECK(note["tag"][2] ==
        json({{"type", "Hashtag"}, {"href", "https://web.example.org/tags/birds"}, {"name", "#Birds"}}));
  CHECK(note["attachment"].is_array());
  CHECK(note["context"] == "https://web.example.org/contexts/9");
  CHECK(note["likes"]["totalItems"] == 3);

  const auto again = parse_document(note.dump()).value().note.value();
  CHECK(again.audience.visibility(f.author.uri + "/followers") == Visibility::public_);
  CHECK(again.mentions.size() == 2);
  CHECK(again.language == "en");
}

TEST_CASE("files are rendered so that they read back", "[activitypub][render][media]") {
  Fixture f;
  auto parts = f.parts();
  model::MediaAttachment video;
  video.type = model::MediaType::video;
  video.state = model::MediaState::done;
  video.content_type = "video/mp4";
  video.file_key = "aa.mp4";
  video.preview_key = "ba7816bf8f01cfea414140de5dae2223b00361a3.jpg";
  video.description = "a \"bird\"";
  video.blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj";
  video.focus = {0.5, -0.5};
  video.width = 640;
  video.height = 360;
  video.duration = 2.5;
  parts.media = {video};
  const auto note = parsed(render_note(f.config, parts));
  CHECK(note["attachment"][0]["type"] == "Document");
  CHECK(note["attachment"][0]["url"] == "https://web.example.org/media/files/aa.mp4");
  CHECK(note["attachment"][0]["icon"]["url"] ==
        "https://web.example.org/media/files/ba7816bf8f01cfea414140de5dae2223b00361a3.jpg");
  const auto read = parse_document(note.dump()).value().note.value().attachments;
  REQUIRE(read.size() == 1);
  CHECK(read[0].type == model::MediaType::video);
  CHECK(read[0].description == video.description);
  CHECK(read[0].blurhash == video.blurhash);
  CHECK(read[0].focus == video.focus);
  CHECK(read[0].width == 640);
  CHECK(read[0].duration == 2.5);
}

TEST_CASE("each visibility is addressed so that it reads back", "[activitypub][render]") {
  for (const auto visibility : {Visibility::public_, Visibility::unlisted, Visibility::private_, Visibility::direct}) {
    Fixture f;
    f.status.visibility = visibility;
    const auto note = parsed(render_note(f.config, f.parts()));
    const auto read = parse_document(note.dump()).value().note.value();
    CHECK(read.audience.visibility(f.author.uri + "/followers") == visibility);
    CHECK(read.audience.includes("https://peer.example/users/bob"));
    CHECK(note.contains("replies") == f.status.is_distributable());  // nothing is told of what is not public
    CHECK(note.contains("likes") == f.status.is_distributable());
  }
}

TEST_CASE("a content warning, an edit and a parent are shown", "[activitypub][render]") {
  Fixture f;
  f.status.spoiler_text = "mud";
  f.status.sensitive = true;
  f.status.edited_at = *parse_iso8601("2026-02-03T11:00:00Z");
  auto parts = f.parts();
  parts.in_reply_to = "https://peer.example/notes/1";
  const auto note = parsed(render_note(f.config, parts));
  CHECK(note["summary"] == "mud");
  CHECK(note["sensitive"] == true);
  CHECK(note["updated"] == "2026-02-03T11:00:00.000Z");
  CHECK(note["inReplyTo"] == "https://peer.example/notes/1");
  const auto update = parsed(render_update_note(f.config, parts, *f.status.edited_at));
  CHECK(update["id"] == f.status.uri + "#updates/1770116400000");
  CHECK(update["type"] == "Update");
}

// 8.97
TEST_CASE("an activity and its object have one audience", "[activitypub][render]") {
  const Fixture f;
  const auto create = parsed(render_create(f.config, f.parts()));
  CHECK(create["id"] == f.status.uri + "/activity");
  CHECK(create["actor"] == f.author.uri);
  CHECK(create["to"] == create["object"]["to"]);
  CHECK(create["cc"] == create["object"]["cc"]);
  CHECK_FALSE(create["object"].contains("@context"));
}

// 8.98
TEST_CASE("a long post goes out as its id", "[activitypub][render]") {
  Fixture f;
  f.status.content = "<p>" + std::string(45'000, 'x') + "</p>";
  const auto text = render_create(f.config, f.parts());
  CHECK(parsed(text)["object"] == f.status.uri);
  CHECK(text.size() < 60'000);
}

TEST_CASE("an actor shows its key, handle and day of birth", "[activitypub][render]") {
  Fixture f;
  const std::vector<model::AccountKey> keys{
      {f.author.uri + "#main-key", f.author.id, model::KeyAlgorithm::rsa, "PEM\n", std::nullopt, std::nullopt}};
  const auto actor = parsed(render_actor(f.config, f.author, keys));
  CHECK(actor["type"] == "Person");
  CHECK(actor["name"] == "anna");  // never empty
  CHECK(actor["webfinger"] == "anna@example.org");
  CHECK(actor["published"] == "2026-01-02T00:00:00Z");
  CHECK(actor["publicKey"]["owner"] == actor["id"]);
  CHECK(actor["attributionDomains"] == json::array({"news.example"}));
  CHECK(actor["endpoints"]["sharedInbox"] == "https://web.example.org/inbox");
  CHECK(actor["attachment"][0]["type"] == "PropertyValue");
  CHECK_FALSE(actor.contains("icon"));
  CHECK_FALSE(actor.contains("suspended"));
  CHECK(parse_document(actor.dump()).value().actor.value().inbox == f.author.uri + "/inbox");
  // FEP-844e, read as it is written.
  CHECK(actor["generator"]["implements"][0]["href"] == kRfc9421);
  CHECK(parse_document(actor.dump()).value().actor.value().reads_rfc9421);
  auto silent = actor;
  silent.erase("generator");
  CHECK_FALSE(parse_document(silent.dump()).value().actor.value().reads_rfc9421);

  f.author.suspended_at = f.author.created_at;
  const auto suspended = parsed(render_actor(f.config, f.author, keys));
  CHECK(suspended["suspended"] == true);
  CHECK(suspended["summary"] == "");
  CHECK(suspended["attributionDomains"].empty());
  CHECK_FALSE(suspended.contains("attachment"));
}

TEST_CASE("the instance actor is an Application without followers", "[activitypub][render]") {
  const Fixture f;
  model::Account account;
  account.id = model::kInstanceActorId;
  account.username = "example.org";
  account.uri = "https://web.example.org/actor";
  account.url = "https://web.example.org/";
  account.actor_type = model::ActorType::application;
  const auto actor = parsed(render_actor(f.config, account, {}));
  CHECK(actor["type"] == "Application");
  CHECK(actor["inbox"] == "https://web.example.org/actor/inbox");
  CHECK_FALSE(actor.contains("followers"));
}

// 8.97
TEST_CASE("answers and undoings embed what they are about, with the id it was sent by", "[activitypub][render]") {
  const Fixture f;
  model::Follow follow;
  follow.id = FollowId{4};
  follow.uri = "https://peer.example/follows/1";
  const auto accept = parsed(render_accept_follow(follow, "https://peer.example/users/bob", f.author.uri));
  CHECK(accept["id"] == f.author.uri + "#accepts/follows/4");
  CHECK(accept["actor"] == f.author.uri);
  CHECK(accept["object"]["id"] == "https://peer.example/follows/1");
  CHECK(accept["object"]["actor"] == "https://peer.example/users/bob");
  CHECK(accept["object"]["object"] == f.author.uri);
  CHECK(parsed(render_reject_follow(follow, "https://peer.example/users/bob", f.author.uri))["type"] == "Reject");

  model::Follow ours;
  ours.id = FollowId{6};
  ours.uri = f.author.uri + "#follows/6";
  const auto sent = parsed(render_follow(ours, f.author.uri, "https://peer.example/users/bob"));
  auto undone = parsed(render_undo_follow(ours, f.author.uri, "https://peer.example/users/bob"));
  CHECK(undone["id"] == f.author.uri + "#follows/6/undo");
  auto inner = sent;
  inner.erase("@context");
  CHECK(undone["object"] == inner);

  const model::Block block{.id = 9, .account_id = f.author.id, .target_account_id = AccountId{5}, .uri = std::nullopt};
  auto blocked = parsed(render_block(block, f.author.uri, "https://peer.example/users/bob"));
  CHECK(blocked["type"] == "Block");
  CHECK(blocked["id"] == f.author.uri + "#blocks/9");
  CHECK(blocked["object"] == "https://peer.example/users/bob");
  CHECK(blocked["to"] == json::array({"https://peer.example/users/bob"}));
  auto unblocked = parsed(render_undo_block(block, f.author.uri, "https://peer.example/users/bob"));
  CHECK(unblocked["type"] == "Undo");
  blocked.erase("@context");
  CHECK(unblocked["object"] == blocked);

  const store::Favourite favourite{FavouriteId{3}, f.author.id, StatusId{1}, f.author.uri + "#likes/3"};
  const auto like =
      parsed(render_like(favourite, f.author.uri, "https://peer.example/n/1", "https://peer.example/users/bob"));
  CHECK(like["to"] == json::array({"https://peer.example/users/bob"}));
  CHECK(parsed(render_undo_like(favourite, f.author.uri, "https://peer.example/n/1",
                                "https://peer.example/users/bob"))["object"]["id"] == like["id"]);
}

TEST_CASE("a boost and its undoing go to the same people", "[activitypub][render]") {
  Fixture f;
  f.status.uri = f.author.uri + "/statuses/6/activity";
  f.status.visibility = Visibility::unlisted;
  const auto announce =
      parsed(render_announce(f.status, f.author, "https://peer.example/n/1", "https://peer.example/users/bob"));
  CHECK(announce["id"] == f.status.uri);
  CHECK(announce["to"] == json::array({f.author.uri + "/followers"}));
  CHECK(announce["cc"] == json::array({kAsPublic, "https://peer.example/users/bob"}));
  const auto undo =
      parsed(render_undo_announce(f.status, f.author, "https://peer.example/n/1", "https://peer.example/users/bob"));
  CHECK(undo["to"] == announce["to"]);
  CHECK(undo["object"]["id"] == announce["id"]);
}

TEST_CASE("a Delete is typed, and not told to the world when the post was not", "[activitypub][render]") {
  Fixture f;
  auto deletion = parsed(render_delete_note(f.parts()));
  CHECK(deletion["object"]["type"] == "Tombstone");
  CHECK(deletion["to"] == json::array({kAsPublic}));
  f.status.visibility = Visibility::direct;
  deletion = parsed(render_delete_note(f.parts()));
  CHECK(deletion["to"] == json::array({"https://peer.example/users/bob", "https://web.example.org/ap/users/78"}));
}

TEST_CASE("collection pages link on only when there is more", "[activitypub][render]") {
  const auto page = parsed(render_collection_page(
      {.id = "https://a.example/o?page=true", .part_of = "https://a.example/o", .next = "", .prev = "", .items = {}}));
  CHECK(page["orderedItems"] == json::array());
  CHECK_FALSE(page.contains("next"));
  const auto count = parsed(render_count("https://a.example/f", "OrderedCollection", 4));
  CHECK(count["totalItems"] == 4);
  CHECK_FALSE(count.contains("first"));
}

}  // namespace dunlin::activitypub
