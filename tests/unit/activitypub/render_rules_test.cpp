#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/http_signature.hpp"
#include "dunlin/json/parse.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What the strictest readers demand of everything that is sent (federation.md 4.1, 4.7): every renderer, with little
/// and with as much as can be in it.
namespace dunlin::activitypub {

using model::Visibility;
using nlohmann::json;

namespace {

constexpr std::size_t kMisskeyBody = 64UL * 1024UL;
// A proof comes on top, and headers.
constexpr std::size_t kMaxBody = 60'000;
constexpr const char* kPeer = "https://peer.example/users/bob";
constexpr const char* kPeerNote = "https://peer.example/notes/1";

const crypto::PrivateKey& signing_key() {
  static const auto key = crypto::PrivateKey::generate_rsa();
  return key;
}

store::CustomEmoji emoji(const std::string& shortcode) {
  store::CustomEmoji made;
  made.shortcode = shortcode;
  made.url = std::string(40, 'e') + ".png";
  return made;
}

struct World {
  World() {
    config.server.domain = "example.org";
    config.server.public_url = "https://web.example.org";
    author.id = AccountId{77};
    author.username = "anna";
    author.uri = "https://web.example.org/ap/users/77";
    author.url = "https://web.example.org/@anna";
    author.created_at = author.updated_at = *parse_iso8601("2026-01-02T03:04:05.678Z");
    status.id = StatusId{5};
    status.uri = author.uri + "/statuses/5";
    status.url = "https://web.example.org/@anna/5";
    status.account_id = author.id;
    status.content = "<p>hello</p>";
    status.language = "en";
    status.conversation_id = ConversationId{9};
    status.created_at = author.created_at;
    wrapper = status;
    wrapper.id = StatusId{6};
    wrapper.uri = author.uri + "/statuses/6/activity";
    follow.id = FollowId{4};
    follow.uri = author.uri + "#follows/4";
    theirs.id = FollowId{5};
    theirs.uri = "https://peer.example/follows/1";
    report.id = model::ReportId{1};
    report.comment = std::string(1000, 'c');
    keys = {{author.uri + "#main-key", author.id, model::KeyAlgorithm::rsa, signing_key().public_key().to_pem(),
             std::nullopt, std::nullopt}};
  }

  /// Nearly as much as is sent whole.
  void fill() {
    const std::string long_text(500, 'x');
    const std::string long_domain = std::string(60, 'd') + "." + std::string(60, 'd') + ".example";
    author.display_name = std::string(120, 'n');
    author.note = "<p>" + long_text + "</p>";
    for (int i = 0; i < 4; ++i) author.fields.push_back({std::string(255, 'f'), std::string(600, 'v'), "", {}});
    for (int i = 0; i < 10; ++i) author.also_known_as.push_back("https://peer.example/users/" + std::to_string(i));
    for (int i = 0; i < 100; ++i) author.attribution_domains.push_back(std::to_string(i) + long_domain);
    author.avatar_url = author.header_url = std::string(40, 'a') + ".webp";
    author.updated_at += std::chrono::days(1);
    status.spoiler_text = long_text;
    status.edited_at = author.updated_at;
    status.quote_policy = model::QuotePolicy{.automatic = model::QuotePolicy::public_, .manual = 0};
    for (int i = 0; i < 20; ++i) {
      const std::string number = std::to_string(i);
      mentions.push_back({AccountId{100 + i}, std::string(30, 'u') + number, "peer.example",
                          "https://peer.example/users/" + number, "https://peer.example/@" + number, false});
      status.tags.push_back(std::string(30, 't') + number);
      emojis.push_back(emoji(std::string(30, 'e') + number));
    }
    for (int i = 0; i < 16; ++i) {
      model::MediaAttachment file;
      file.type = model::MediaType::image;
      file.state = model::MediaState::done;
      file.content_type = "image/webp";
      file.file_key = std::string(40, 'm') + ".webp";
      file.description = std::string(400, 'd');
      file.blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj";
      file.focus = {0.5, -0.5};
      file.width = file.height = 4000;
      media.push_back(file);
    }
    poll.emplace();
    for (int i = 0; i < 4; ++i) poll->options.push_back(std::string(50, 'o') + std::to_string(i));
    poll->tallies = {1, 2, 3, 4};
    poll->expires_at = status.created_at + std::chrono::days(1);
    quote = QuoteParts{.uri = kPeerNote, .authorization = kPeer + std::string("/quote_authorizations/1")};
    for (std::size_t i = 0; i < kOwnRepliesShown; ++i) own_replies.push_back(author.uri + "/statuses/7");
    reported.assign(50, author.uri + "/statuses/5");
  }

  [[nodiscard]] NoteParts parts() const {
    return {.status = status,
            .author = author,
            .mentions = mentions,
            .in_reply_to = kPeerNote,
            .conversation = "https://web.example.org/contexts/9",
            .poll = poll,
            .quote = quote,
            .now = status.created_at,
            .media = media,
            .emojis = emojis,
            .own_replies = own_replies};
  }

  /// Every activity of federation.md 4.7, by a name of its own.
  [[nodiscard]] std::map<std::string, std::string> activities() const {
    const Time now = status.created_at;
    const std::string me = author.uri;
    const std::string instance = "https://web.example.org/actor";
    const model::Block block{.id = 9, .account_id = author.id, .target_account_id = AccountId{5}, .uri = std::nullopt};
    const store::Favourite favourite{FavouriteId{3}, author.id, StatusId{1}, me + "#likes/3"};
    ReactionParts reaction{me + "#reactions/1", me, kPeerNote, kPeer, ":wader:", "https://web.example.org/m/w.png"};
    std::map<std::string, std::string> all{
        {"create", render_create(config, parts())},
        {"update note", render_update_note(config, parts(), now)},
        {"update actor", render_update_actor(config, author, now, keys, kPeer, emojis)},
        {"move", render_move(author, kPeer, now)},
        {"delete note", render_delete_note(parts())},
        {"delete actor", render_delete_actor(author)},
        {"flag", render_flag(config, report, kPeer, reported)},
        {"announce", render_announce(wrapper, author, kPeerNote, kPeer)},
        {"undo announce", render_undo_announce(wrapper, author, kPeerNote, kPeer)},
        {"follow", render_follow(follow, me, kPeer)},
        {"undo follow", render_undo_follow(follow, me, kPeer)},
        {"relay follow", render_relay_follow(instance + "#relays/1", instance, kPeer)},
        {"undo relay follow", render_undo_relay_follow(instance + "#relays/1", instance, kPeer)},
        {"relay announce", render_relay_announce(instance + "#announces/" + status.uri, instance, kPeer, status.uri)},
        {"accept follow", render_accept_follow(theirs, kPeer, me)},
        {"reject follow", render_reject_follow(theirs, kPeer, me)},
        {"block", render_block(block, me, kPeer)},
        {"undo block", render_undo_block(block, me, kPeer)},
        {"like", render_like(favourite, me, kPeerNote, kPeer)},
        {"undo like", render_undo_like(favourite, me, kPeerNote, kPeer)},
        {"vote", render_vote(me + "#votes/1", me, kPeerNote, kPeer, std::string(50, 'o'), now)},
        {"like with content", render_reaction(reaction)},
        {"undo like with content", render_undo_reaction(reaction)},
        {"pin", render_pin(author, status.uri, "1", true)},
        {"unpin", render_pin(author, status.uri, "1", false)},
        {"feature tag", render_featured_tag(config, author, "Birds", "1", true)},
        {"unfeature tag", render_featured_tag(config, author, "Birds", "1", false)},
        {"quote request", render_quote_request(config, me + "#quote_requests/1", parts(), kPeerNote, kPeer)},
        {"accept quote", render_quote_answer(me, kPeer, "https://peer.example/requests/1", status.uri, kPeerNote,
                                             me + "/quote_authorizations/1")},
        {"reject quote", render_quote_answer(me, kPeer, "https://peer.example/requests/1", status.uri, kPeerNote, "")},
        {"revoke quote", render_delete_authorization(me + "/quote_authorizations/1", author, kPeer, true)},
        {"revoke private quote", render_delete_authorization(me + "/quote_authorizations/2", author, kPeer, false)}};
    reaction.as_emoji_react = true;
    all.emplace("emoji react", render_reaction(reaction));
    all.emplace("undo emoji react", render_undo_reaction(reaction));
    return all;
  }

  config::Config config;
  model::Account author;
  std::vector<model::AccountKey> keys;
  model::Status status;
  model::Status wrapper;
  model::Follow follow;
  model::Follow theirs;
  model::Report report;
  std::vector<model::Mention> mentions;
  std::optional<model::Poll> poll;
  std::optional<QuoteParts> quote;
  std::vector<model::MediaAttachment> media;
  std::vector<store::CustomEmoji> emojis;
  std::vector<std::string> own_replies;
  std::vector<std::string> reported{"https://peer.example/notes/1"};
};

int depth(const json& value) {
  if (!value.is_structured()) return 0;
  int deepest = 0;
  for (const json& member : value) deepest = std::max(deepest, depth(member));
  return deepest + 1;
}

std::vector<std::string> all_ids(const json& value) {
  std::vector<std::string> ids;
  if (value.is_object() && value.contains("id")) ids.push_back(value["id"]);
  if (!value.is_structured()) return ids;
  for (const json& member : value) {
    auto more = all_ids(member);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  return ids;
}

bool has_context(const json& activity) {
  const json& context = activity.at("@context");
  return std::ranges::find(context, json("https://www.w3.org/ns/activitystreams")) != context.end();
}

bool is_audience(const json& list) {
  return list.is_array() &&
         std::ranges::all_of(list, [](const json& id) { return id.is_string() && Url::parse(id.get<std::string>()); });
}

/// About another activity: that one is inside, whole, with the id that it was sent by.
bool embeds_inner(const std::string& type) {
  return type == "Undo" || type == "Accept" || type == "Reject";
}

void check_shape(const json& activity) {
  CHECK(has_context(activity));
  const std::string actor = activity.at("actor");
  CHECK(same_origin(activity.at("id").get<std::string>(), actor));
  for (const std::string& id : all_ids(activity)) {
    CAPTURE(id);
    CHECK(id.find('?') == std::string::npos);
    CHECK_FALSE(id.ends_with("/"));
  }
  CHECK(depth(activity) <= 7);
  REQUIRE(is_audience(activity.at("to")));
  REQUIRE(is_audience(activity.at("cc")));
  CHECK(activity["to"].size() + activity["cc"].size() > 0);
}

void check_object(const json& activity) {
  const std::string type = activity.at("type");
  const json& object = activity.at("object");
  if (embeds_inner(type)) {
    REQUIRE(object.is_object());
    CHECK(object.at("id").is_string());
    CHECK(object.at("type").is_string());
    CHECK(object.at("actor").is_string());
    CHECK_FALSE(object.contains("@context"));
    if (type == "Undo") CHECK(object["actor"] == activity["actor"]);
  }
  for (const char* place : {"object", "instrument"}) {
    if (!activity.contains(place) || !activity[place].is_object()) continue;
    const json& inner = activity[place];
    if (!inner.contains("attributedTo")) continue;
    CHECK(inner["attributedTo"] == activity["actor"]);
    CHECK(same_origin(inner["id"].get<std::string>(), activity["actor"].get<std::string>()));
    if (place != std::string("object")) continue;
    CHECK(inner["to"] == activity["to"]);  // Pleroma crashes where they differ
    CHECK(inner["cc"] == activity["cc"]);
  }
}

/// As Misskey looks at a request before it reads it: the host and the digest are signed, the key is on the actor's
/// host.
void check_as_sent(const std::string& body, const json& activity) {
  CHECK(body.size() < kMisskeyBody);
  const std::string actor = activity.at("actor");
  const SigningKey key{actor + "#main-key", signing_key()};
  const Time now = *parse_iso8601("2026-03-01T12:00:00Z");
  const auto request = sign_delivery("https://peer.example/inbox", std::make_shared<const std::string>(body), key,
                                     crypto::SignatureScheme::cavage, now);
  REQUIRE(request);
  CHECK(request->headers.get("Content-Type") == "application/activity+json");
  const std::string digest = "SHA-256=" + text::base64_encode(crypto::sha256(*request->body));
  CHECK(request->headers.get("Digest") == digest);
  const std::string signature(request->headers.get("Signature"));
  CHECK(signature.starts_with("keyId=\"" + key.key_id +
                              "\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date digest\","));
  crypto::SignedRequest received{.method = "post",
                                 .target = "/inbox",
                                 .scheme = "https",
                                 .authority = "peer.example",
                                 .headers = {},
                                 .body = body};
  for (const auto& field : request->headers.all()) received.headers.emplace_back(field.name, field.value);
  received.headers.emplace_back("Host", "peer.example");
  const std::array<std::string, 1> hosts{"peer.example"};
  const auto signatures = crypto::parse_signatures(received);
  REQUIRE(signatures);
  CHECK(crypto::verify(signatures->at(0), received, signing_key().public_key(), {.own_hosts = hosts, .now = now}));
}

void check_all(const World& world) {
  for (const auto& [name, text] : world.activities()) {
    CAPTURE(name);
    CHECK(text.size() < kMaxBody);
    const json activity = dunlin::json::parse(text).value();
    check_shape(activity);
    check_object(activity);
    check_as_sent(text, activity);
  }
}

}  // namespace

TEST_CASE("8.97, 8.98: what is sent passes the strictest readers", "[activitypub][render]") {
  World world;
  world.status.visibility = world.wrapper.visibility =
      GENERATE(Visibility::public_, Visibility::unlisted, Visibility::private_);
  check_all(world);
}

TEST_CASE("8.97, 8.98: so does what is about as large as goes out whole", "[activitypub][render]") {
  World world;
  world.fill();
  world.status.visibility = GENERATE(Visibility::public_, Visibility::direct);
  check_all(world);
  const auto all = world.activities();
  for (const char* name : {"create", "update note", "update actor"}) {
    CAPTURE(name);
    CHECK(all.at(name).size() > 20'000);
    CHECK(dunlin::json::parse(all.at(name)).value().at("object").is_object());  // whole, or this would prove nothing
  }
}

// What is longer is fetched by its id.
TEST_CASE("8.98: what is too long to embed goes out as its id", "[activitypub][render]") {
  World world;
  world.fill();
  world.status.content = "<p>" + std::string(100'000, 'x') + "</p>";
  for (int i = 0; i < 1000; ++i) {
    world.emojis.push_back(emoji(std::to_string(i)));
  }
  check_all(world);
  const auto all = world.activities();
  const auto member = [&](const char* name, const char* key) {
    return dunlin::json::parse(all.at(name)).value().at(key);
  };
  CHECK(member("create", "object") == world.status.uri);
  CHECK(member("update note", "object") == world.status.uri);
  CHECK(member("quote request", "instrument") == world.status.uri);
  CHECK(member("update actor", "object") == world.author.uri);
}

}  // namespace dunlin::activitypub
