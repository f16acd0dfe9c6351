#include "support/fediverse.hpp"

#include "dunlin/service/domain_policies.hpp"
#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/reactions.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "ple.example");
  model::Status status = world.status(anna);

  Json react(const std::string& type, const std::string& content, const std::string& id = "1") {
    return {{"id", mara.uri + "#reacts/" + id}, {"type", type}, {"object", status.uri}, {"content", content}};
  }
  Json custom(const std::string& type, const std::string& content, const std::string& host) {
    auto activity = react(type, content);
    activity["tag"] = Json::array({{{"type", "Emoji"},
                                    {"name", content},
                                    {"icon", {{"type", "Image"}, {"url", "https://" + host + "/blob.png"}}}}});
    return activity;
  }
  std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const auto& reaction :
         world.read([&](db::Tx& tx) { return store::list_reactions(tx, status.id, std::nullopt, 100); })) {
      result.push_back(reaction.name);
    }
    return result;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an emoji whose pictures are refused here is not taken in", "[activitypub][inbox][reaction][policy]") {
  Setup f;
  const auto refused = GENERATE(std::string("ple.example"), std::string("third.example"));
  f.world.write([&](db::Tx& tx) {
    model::DomainPolicy policy;
    policy.domain = refused;
    policy.reject_media = true;
    service::DomainService(f.config, f.world.ids, f.queue).block(tx, policy).value();
    f.federation.policies().reload(tx);
  });
  const auto content = refused == "ple.example" ? ":blob:" : ":blob@third.example:";
  CHECK(f.receive(f.mara, f.custom("EmojiReact", content, refused)).verdict == Verdict::ignored);
  const std::array names{store::EmojiName{refused, "blob"}};
  CHECK(f.world.read([&](db::Tx& tx) { return store::list_remote_emojis(tx, names); }).empty());
  // Sent as a Like it is still a favourite.
  auto like = f.custom("Like", content, refused);
  like["id"] = f.mara.uri + "#likes/1";
  CHECK(f.receive(f.mara, like).verdict == Verdict::accepted);
  CHECK(f.names().empty());
}

TEST_CASE("8.68: an EmojiReact is a reaction, once for each emoji", "[activitypub][inbox][reaction]") {
  Setup f;
  CHECK(f.receive(f.mara, f.react("EmojiReact", "\U0001F98A")).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.react("EmojiReact", "\U0001F98A")).verdict == Verdict::duplicate);
  CHECK(f.receive(f.mara, f.react("EmojiReact", "\U0001F44D", "2")).verdict == Verdict::accepted);
  CHECK(f.names() == Names{"\U0001F98A", "\U0001F44D"});
}

TEST_CASE("8.68: a Like with a content is a reaction; Misskey's next one takes its place",
          "[activitypub][inbox][reaction]") {
  Setup f;
  f.receive(f.mara, f.react("Like", "\U0001F98A"));
  auto next = f.react("Like", "", "2");
  next["_misskey_reaction"] = "\U0001F44D";
  f.receive(f.mara, next);
  CHECK(f.names() == Names{"\U0001F44D"});
  CHECK(f.world.reload(f.status).favourites_count == 0);
}

TEST_CASE("8.68: a custom emoji is shown with its picture, also of a third host", "[activitypub][inbox][reaction]") {
  Setup f;
  CHECK(f.receive(f.mara, f.custom("EmojiReact", ":blob@third.example:", "third.example")).verdict ==
        Verdict::accepted);
  CHECK(f.names() == Names{"blob@third.example"});
  auto own = f.custom("Like", ":fox:", "ple.example");
  own["id"] = f.mara.uri + "#reacts/9";
  f.receive(f.mara, own);
  CHECK(f.names() == Names{"fox@ple.example"});
}

TEST_CASE("a content that is no emoji makes a plain favourite of a Like, and nothing of an EmojiReact",
          "[activitypub][inbox][reaction]") {
  Setup f;
  for (const char* content : {"nice!", ":missing:", "<b>x</b>", "\U0001F98A\U0001F98A"}) {
    CAPTURE(content);
    CHECK(f.receive(f.mara, f.react("EmojiReact", content, content)).verdict == Verdict::ignored);
  }
  CHECK(f.names().empty());
  f.receive(f.mara, f.react("Like", "nice!", "like"));
  CHECK(f.world.reload(f.status).favourites_count == 1);
}

TEST_CASE("a reaction that does not count is no favourite either", "[activitypub][inbox][reaction]") {
  Setup f;
  CHECK(f.receive(f.mara, f.react("Like", "\U0001F98A")).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.react("Like", "\U0001F98A", "2")).verdict == Verdict::ignored);
  CHECK(f.names() == Names{"\U0001F98A"});
  CHECK(f.world.reload(f.status).favourites_count == 0);
}

TEST_CASE("a reaction is undone by id, embedded, by its actor only, or before it came",
          "[activitypub][inbox][reaction]") {
  Setup f;
  const auto react = f.react("EmojiReact", "\U0001F98A");
  for (const Json& object : {react, Json(react["id"])}) {
    f.receive(f.mara, react);
    const auto eve = f.world.remote_account("eve" + std::to_string(object.size()), "ple.example");
    CHECK(f.receive(eve, {{"type", "Undo"}, {"object", react["id"]}}).verdict == Verdict::ignored);
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", object}}).verdict == Verdict::accepted);
    CHECK(f.names().empty());
  }
  auto late = f.react("EmojiReact", "\U0001F98A", "late");
  f.receive(f.mara, {{"type", "Undo"}, {"object", late["id"]}});
  CHECK(f.receive(f.mara, late).verdict == Verdict::ignored);
}

TEST_CASE("our reaction goes out in the form that its receiver knows", "[activitypub][outbox][reaction]") {
  Setup f;
  const auto theirs = f.world.status(f.mara);
  const auto react = [&](const char* emoji) {
    f.world.write([&](db::Tx& tx) { return f.services.reactions.react(tx, f.anna, theirs.id, emoji).value(); });
    return f.outgoing().back().activity;
  };
  const auto like = react("\U0001F98A");
  CHECK(like["type"] == "Like");
  CHECK(like["content"] == "\U0001F98A");
  CHECK(like["_misskey_reaction"] == "\U0001F98A");
  f.receive(f.mara, f.react("EmojiReact", "\U0001F44D"));
  const auto emoji = react("\U0001F44D");
  CHECK(emoji["type"] == "EmojiReact");
  CHECK_FALSE(emoji.contains("_misskey_reaction"));
  f.world.write([&](db::Tx& tx) { return f.services.reactions.unreact(tx, f.anna, theirs.id, "\U0001F44D").value(); });
  const auto undo = f.outgoing().back().activity;
  CHECK(undo["type"] == "Undo");
  CHECK(undo["object"]["id"] == emoji["id"]);
}

}  // namespace dunlin::activitypub
