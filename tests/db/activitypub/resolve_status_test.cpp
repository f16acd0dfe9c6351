#include "support/fediverse.hpp"

#include "dunlin/store/media.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

namespace dunlin::activitypub {

using model::Visibility;
using test::actor_document;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  Setup() { publish_actor("masto.example", "mara"); }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");

  auto find(const std::string& uri) {
    return resolve([&](Resolver& resolver) { return resolver.status(uri); });
  }
  auto paste(const std::string& url) {
    return resolve([&](Resolver& resolver) { return resolver.url(url); });
  }
};

}  // namespace

TEST_CASE("a status is fetched from its origin, with its author, and tells nobody", "[activitypub][resolve]") {
  Setup f;
  f.remote.serve(f.mara.uri + "/notes/1",
                 note_document(f.mara, "1",
                               {{"tag", Json::array({{{"type", "Mention"}, {"href", f.anna.uri}}})},
                                {"cc", Json::array({f.anna.uri})}}));
  const auto status = f.find(f.mara.uri + "/notes/1");
  REQUIRE(status);
  CHECK(status->account_id == f.mara.id);
  CHECK(status->visibility == Visibility::public_);
  CHECK(status->content == "<p>hello from afar</p>");
  CHECK(status->created_at < f.world.clock.now());
  CHECK(f.world.read([&](db::Tx& tx) { return store::list_mentions(tx, status->id); }).size() == 1);
  CHECK(f.find(f.mara.uri + "/notes/1")->id == status->id);
}

TEST_CASE("the numbers of an origin count where it gives some", "[activitypub][resolve]") {
  Setup f;
  const auto uri = f.mara.uri + "/notes/1";
  const auto total = [](int count) { return Json{{"type", "Collection"}, {"totalItems", count}}; };
  f.remote.serve(uri, note_document(f.mara, "1"));
  const auto status = f.find(uri).value();
  const auto refresh = [&](const Json& more) {
    f.remote.serve(uri, note_document(f.mara, "1", more));
    f.world.clock.advance(std::chrono::minutes(10));
    REQUIRE(f.resolve([&](Resolver& resolver) { return resolver.refresh(status); }));
    return f.world.reload(status);
  };
  auto seen = refresh({{"likes", total(7)}, {"shares", total(3)}, {"replies", total(4)}});
  CHECK(seen.favourites_count == 7);
  CHECK(seen.reblogs_count == 3);
  CHECK(seen.replies_count == 4);
  seen = refresh(Json::object());  // says nothing: nothing changes
  CHECK(seen.favourites_count == 7);
  CHECK(seen.reblogs_count == 3);
  CHECK(seen.replies_count == 4);
  seen = refresh({{"likes", total(0)}, {"replies", total(1)}});
  CHECK(seen.favourites_count == 0);
  CHECK(seen.reblogs_count == 3);
  CHECK(seen.replies_count == 1);
}

TEST_CASE("a remote status keeps the files it names, and an edit changes them", "[activitypub][resolve][media]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  const auto file = [](const char* name, const char* text) {
    return Json({{"type", "Document"},
                 {"mediaType", "image/png"},
                 {"url", std::string("https://files.masto.example/") + name},
                 {"name", text}});
  };
  const auto note =
      note_document(f.mara, "1", {{"attachment", Json::array({file("a.png", "one"), file("b.png", "")})}});
  f.receive(f.mara, {{"type", "Create"}, {"object", note}});
  const auto status = f.find_status(f.mara.uri + "/notes/1");
  REQUIRE(status);
  CHECK(status->has(model::Part::media));
  const auto shown = [&] { return f.world.read([&](db::Tx& tx) { return store::list_status_media(tx, status->id); }); };
  const auto first = shown();
  REQUIRE(first.size() == 2);
  CHECK(first[0].remote_url == "https://files.masto.example/a.png");
  CHECK(first[0].description == "one");
  CHECK(first[0].state == model::MediaState::remote);
  CHECK(first[1].type == model::MediaType::image);

  auto edited = note;
  edited["updated"] = "2026-03-01T11:00:00Z";
  edited["attachment"] = Json::array({file("c.png", "new"), file("a.png", "uno")});
  f.receive(f.mara, {{"type", "Update"}, {"object", edited}});
  const auto second = shown();
  REQUIRE(second.size() == 2);
  CHECK(second[0].description == "new");
  CHECK(second[1].id == first[0].id);
  CHECK(second[1].description == "uno");
}

TEST_CASE("a note that is not its author's to give is refused", "[activitypub][resolve]") {
  Setup f;
  const auto refused = [&](const Json& note) {
    f.remote.serve(f.mara.uri + "/notes/1", note);
    return !f.find(f.mara.uri + "/notes/1").has_value();
  };
  CHECK(refused(note_document(f.mara, "1", {{"attributedTo", "https://victim.example/users/v"}})));
  CHECK(refused(note_document(f.mara, "1", {{"attributedTo", f.anna.uri}})));
  CHECK(refused(note_document(f.mara, "1", {{"attributedTo", nullptr}})));
  CHECK(refused(note_document(f.mara, "1", {{"id", "https://victim.example/notes/1"}})));
  CHECK(refused(note_document(f.mara, "1", {{"to", Json::array({"https://masto.example/#Public"})}})));
  CHECK(refused(note_document(f.mara, "1", {{"type", "Collection"}})));
  f.world.suspend(f.mara);
  CHECK(refused(note_document(f.mara, "1")));
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/1"));
}

// 8.62, R22
TEST_CASE("dates of other servers are claims, not facts", "[activitypub][resolve]") {
  Setup f;
  for (const char* published : {"9999-01-01T00:00:00Z", "2026-03-04T12:00:00Z", "1970-01-02T00:00:00Z", "soon"}) {
    CAPTURE(published);
    const std::string name = published;
    f.remote.serve(f.mara.uri + "/notes/" + name, note_document(f.mara, name, {{"published", published}}));
    const auto status = f.find(f.mara.uri + "/notes/" + name);
    REQUIRE(status);
    CHECK(status->created_at == f.world.clock.now());
  }
}

// 8.59
TEST_CASE("a reply is attached to its parent when that is here, and waits for it when not", "[activitypub][resolve]") {
  Setup f;
  const auto parent = f.world.status(f.anna);
  f.remote.serve(f.mara.uri + "/notes/1", note_document(f.mara, "1", {{"inReplyTo", parent.uri}}));
  CHECK(f.find(f.mara.uri + "/notes/1")->in_reply_to_id == parent.id);
  f.remote.serve(f.mara.uri + "/notes/2", note_document(f.mara, "2", {{"inReplyTo", "https://far.example/notes/9"}}));
  const auto orphan = f.find(f.mara.uri + "/notes/2");
  REQUIRE(orphan);
  CHECK_FALSE(orphan->in_reply_to_id);
  CHECK(orphan->in_reply_to_uri == "https://far.example/notes/9");
}

TEST_CASE("a pasted address leads to the document behind the page", "[activitypub][resolve]") {
  const std::string page = "https://masto.example/@mara/1";
  const std::string id = "https://masto.example/users/mara/notes/1";
  const auto html = [&](Setup& f, const std::string& head) {
    f.remote.serve_text(page, "<html><head>" + head + "</head></html>", "text/html; charset=utf-8");
  };
  SECTION("the page answers with the document itself") {
    Setup f;
    f.remote.serve(id, note_document(f.mara, "1"));
    f.remote.redirect(page, id);
    CHECK(f.paste(page)->status->uri == id);
  }
  SECTION("a link in the page") {
    Setup f;
    f.remote.serve(id, note_document(f.mara, "1"));
    html(f, "<link rel='icon' href='/x'><link href='" + id + "' rel=\"alternate\" type=\"application/activity+json\">");
    CHECK(f.paste(page)->status->uri == id);
  }
  SECTION("a Link header") {
    Setup f;
    f.remote.serve(id, note_document(f.mara, "1"));
    f.remote.put(page, {.status = 200,
                        .content_type = "text/html",
                        .body = "",
                        .link_header = "</feed>; rel=\"alternate\"; type=\"application/rss+xml\", <" + id +
                                       ">; rel=\"alternate\"; type=\"application/activity+json\"",
                        .final_url = page,
                        .failure = {}});
    CHECK(f.paste(page)->status->uri == id);
  }
  SECTION("a profile") {
    Setup f;
    html(f, R"(<link rel="alternate" type="application/activity+json" href="/users/mara">)");
    f.publish_actor("masto.example", "mara");
    const auto found = f.paste(page);
    REQUIRE(found);
    CHECK(found->account->uri == f.mara.uri);
  }
  SECTION("a page without any") {
    Setup f;
    html(f, R"(<link rel="alternate" type="application/rss+xml" href="/feed">)");
    CHECK(f.paste(page).error().code == Errc::not_found);
  }
  SECTION("a page that points to a document which denies it") {
    Setup f;
    f.remote.serve("https://evil.example/1", note_document(f.mara, "1"));
    html(f, R"(<link rel="alternate" type="application/activity+json" href="https://evil.example/1">)");
    CHECK_FALSE(f.paste(page));
    CHECK_FALSE(f.find_status(id));
  }
}

// 6.1: CVE-2024-52591, CVE-2025-25306
TEST_CASE("an address on another host leads to what that host shows, whoever claims it", "[activitypub][resolve]") {
  Setup f;
  const std::string page = "https://masto.example/@mara/1";
  const std::string profile = "https://masto.example/@mara";
  f.publish_actor("evil.example", "eve");
  auto eve = actor_document("evil.example", "eve");
  eve["url"] = profile;
  f.remote.serve("https://evil.example/users/eve", eve);
  const auto impostor = f.resolve([](Resolver& r) { return r.actor("https://evil.example/users/eve"); });
  REQUIRE(impostor);
  CHECK(impostor->url == impostor->uri);
  // Backdated, so that it would be found first.
  f.remote.serve(impostor->uri + "/notes/1",
                 note_document(*impostor, "1", {{"url", page}, {"published", "1990-01-01T00:00:00Z"}}));
  const auto forged = f.find(impostor->uri + "/notes/1");
  REQUIRE(forged);
  CHECK(forged->url == forged->uri);

  f.remote.serve(f.mara.uri + "/notes/1", note_document(f.mara, "1", {{"url", page}}));
  f.remote.redirect(page, f.mara.uri + "/notes/1");
  f.remote.redirect(profile, f.mara.uri);
  const auto status = f.paste(page);
  REQUIRE(status);
  CHECK(status->status->uri == f.mara.uri + "/notes/1");
  CHECK(status->status->url == page);
  CHECK(f.paste(profile)->account->id == f.mara.id);

  // The same name with "www." is the same owner's (Threads).
  const std::string www = "https://www.masto.example/@mara/3";
  f.remote.serve(f.mara.uri + "/notes/3", note_document(f.mara, "3", {{"url", www}}));
  CHECK(f.find(f.mara.uri + "/notes/3")->url == www);
  REQUIRE(f.paste(www));
  CHECK(f.paste(www)->status->uri == f.mara.uri + "/notes/3");
  // A mention by the address of a page is one of whoever lives there.
  f.remote.serve(impostor->uri + "/notes/2",
                 note_document(*impostor, "2", {{"tag", Json::array({{{"type", "Mention"}, {"href", profile}}})}}));
  const auto naming = f.find(impostor->uri + "/notes/2");
  REQUIRE(naming);
  const auto mentions = f.world.read([&](db::Tx& tx) { return store::list_mentions(tx, naming->id); });
  REQUIRE(mentions.size() == 1);
  CHECK(mentions[0].account_id == f.mara.id);
}

TEST_CASE("pasted addresses of our own are looked up, not fetched", "[activitypub][resolve]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  CHECK(f.paste(status.uri)->status->id == status.id);
  CHECK(f.paste("https://example.org/@anna")->account->id == f.anna.id);
  CHECK(f.paste("https://example.org/@anna/" + status.id.str())->status->id == status.id);
  CHECK_FALSE(f.paste("https://example.org/media/upload.json"));
  CHECK(f.remote.requested.empty());
}

// 8.101
TEST_CASE("many unknown people in one note cost a few fetches at most", "[activitypub][resolve]") {
  Setup f;
  Json tags = Json::array();
  for (int i = 0; i < 50; ++i)
    tags.push_back({{"type", "Mention"}, {"href", "https://h" + std::to_string(i) + ".example/u"}});
  f.remote.serve(f.mara.uri + "/notes/1", note_document(f.mara, "1", {{"tag", tags}}));
  REQUIRE(f.find(f.mara.uri + "/notes/1"));
  CHECK(f.remote.requested.size() < 20);
}

}  // namespace dunlin::activitypub
