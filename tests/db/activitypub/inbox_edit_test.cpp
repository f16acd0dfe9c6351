#include "support/fediverse.hpp"

#include "dunlin/store/notifications.hpp"
#include "dunlin/store/status_edits.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

/// Anna has reblogged a status of Mara's, who edits it.
struct Setup : Fediverse {
  Setup() {
    world.follow(anna, mara);
    note = note_document(
        mara, "1", {{"attachment", Json::array({file("a.png", "a bird")})}, {"published", "2026-02-28T10:00:00Z"}});
    receive(mara, {{"type", "Create"}, {"object", note}});
    world.reblog(anna, stored());
    world.clock.advance(1min);
  }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  Json note;

  static Json file(const std::string& name, const std::string& text) {
    return {{"type", "Document"},
            {"mediaType", "image/png"},
            {"url", "https://files.masto.example/" + name},
            {"name", text}};
  }
  model::Status stored() { return find_status(mara.uri + "/notes/1").value(); }
  /// As it is now but for `more`, with a date of its own.
  Outcome update(const Json& more = Json::object()) {
    note.update(more);
    ++edits_;
    note["updated"] = "2026-02-28T1" + std::to_string(edits_ / 10) + ":0" + std::to_string(edits_ % 10) + ":30Z";
    return receive(mara, {{"type", "Update"}, {"object", note}});
  }
  std::vector<store::StatusEdit> versions() {
    const auto status = stored();
    return world.read([&](db::Tx& tx) { return store::list_status_edits(tx, status.id); });
  }
  std::size_t revisions() { return versions().size(); }
  /// How often Anna was told of an edit.
  auto told() {
    const auto all =
        world.read([&](db::Tx& tx) { return store::list_notifications(tx, anna.id, {}, test::newest(40)); });
    return std::ranges::count(all, model::NotificationType::update, &model::Notification::type);
  }

 private:
  int edits_ = 0;
};

}  // namespace

TEST_CASE("8.71: an edit makes a revision and is told to who reblogged it", "[activitypub][inbox][update]") {
  Setup f;
  CHECK(f.update({{"content", "<p>two</p>"}}).verdict == Verdict::accepted);
  CHECK(f.revisions() == 1);
  CHECK(f.told() == 1);
  CHECK(f.stored().edited_at);
}

// federation.md 3.5: only on change
TEST_CASE("an Update that changes nothing to be read is no edit", "[activitypub][inbox][update]") {
  Setup f;
  CHECK(f.update().verdict == Verdict::accepted);
  CHECK(f.update({{"likes", {{"type", "Collection"}, {"totalItems", 9}}}}).verdict == Verdict::accepted);
  CHECK(f.update({{"tag", Json::array({{{"type", "Mention"}, {"href", f.anna.uri}}})}}).verdict == Verdict::accepted);
  CHECK(f.revisions() == 0);
  CHECK(f.told() == 0);
  CHECK_FALSE(f.stored().edited_at);
}

TEST_CASE("whatever is read makes an edit", "[activitypub][inbox][update]") {
  const auto poll = [](const char* second) {
    return Json::array({{{"type", "Note"}, {"name", "Yes"}}, {{"type", "Note"}, {"name", second}}});
  };
  const std::pair<const char*, Json> kChanges[] = {
      {"text", {{"content", "<p>two</p>"}}},
      {"warning", {{"summary", "beware"}}},
      {"mark", {{"sensitive", true}}},
      {"another file", {{"attachment", Json::array({Setup::file("b.png", "a bird")})}}},
      {"one file more", {{"attachment", Json::array({Setup::file("a.png", "a bird"), Setup::file("b.png", "")})}}},
      {"no file", {{"attachment", Json::array()}}},
      {"description", {{"attachment", Json::array({Setup::file("a.png", "a heron")})}}},
      {"poll", {{"type", "Question"}, {"oneOf", poll("No")}}},
      {"quote", {{"quote", "https://far.example/notes/1"}}},
  };
  for (const auto& [name, change] : kChanges) {
    CAPTURE(name);
    Setup f;
    f.update(change);
    CHECK(f.revisions() == 1);
    CHECK(f.told() == 1);
    f.world.clock.advance(1min);
    f.update();
    CHECK(f.revisions() == 1);
  }
  Setup f;
  f.update({{"type", "Question"}, {"oneOf", poll("No")}});
  f.world.clock.advance(1min);
  f.update({{"oneOf", poll("Perhaps")}});
  CHECK(f.revisions() == 2);
}

// federation.md 3.5: one revision in thirty seconds
TEST_CASE("edits at short intervals are one revision, the last one counts", "[activitypub][inbox][update]") {
  Setup f;
  for (const char* text : {"<p>two</p>", "<p>three</p>", "<p>four</p>"}) f.update({{"content", text}});
  CHECK(f.stored().content == "<p>four</p>");
  CHECK(f.revisions() == 1);
  CHECK(f.told() == 1);
  f.world.clock.advance(30s);
  f.update({{"content", "<p>five</p>"}});
  CHECK(f.revisions() == 2);
  CHECK(f.versions()[0].content == "<p>hello from afar</p>");
  CHECK(f.versions()[1].content == "<p>four</p>");
}

}  // namespace dunlin::activitypub
