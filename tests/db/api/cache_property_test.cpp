#include "caches.hpp"

#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace dunlin;
using test::CachedApi;
using Json = nlohmann::json;
using http::Method;

namespace {

const db::Statement kRenameAccount{"test.cache_property.rename", "UPDATE accounts SET display_name = $2 WHERE id = $1"};
const db::Statement kMoveAccount{"test.cache_property.address", "UPDATE accounts SET url = $2 WHERE id = $1"};
const db::Statement kSuspend{
    "test.cache_property.suspend",
    "UPDATE accounts SET suspended_at = CASE WHEN suspended_at IS NULL THEN now() END WHERE id = $1"};
const db::Statement kMoved{
    "test.cache_property.moved",
    "UPDATE accounts SET moved_to_id = CASE WHEN moved_to_id IS NULL THEN $2::bigint END WHERE id = $1"};
const db::Statement kEmoji{"test.cache_property.emoji", R"sql(
INSERT INTO custom_emojis (id, shortcode, domain, url, static_url, created_at, updated_at)
VALUES (1, 'wader', NULL, $1, $1, now(), now())
ON CONFLICT (id) DO UPDATE SET url = EXCLUDED.url)sql"};
const db::Statement kDropEmoji{"test.cache_property.drop_emoji", "DELETE FROM custom_emojis"};
const db::Statement kRemoteEmoji{"test.cache_property.remote_emoji", R"sql(
INSERT INTO custom_emojis (id, shortcode, domain, url, static_url, created_at, updated_at)
VALUES (2, 'reed', 'remote.example', $1, $1, now(), now())
ON CONFLICT (id) DO UPDATE SET url = EXCLUDED.url)sql"};
const db::Statement kRenameApplications{"test.cache_property.applications", "UPDATE applications SET name = $1"};
const db::Statement kCard{"test.cache_property.card", R"sql(
WITH card AS (
  INSERT INTO preview_cards (id, url, title, updated_at) VALUES (1, 'https://news.example/', $2, now())
  ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title RETURNING id),
link AS (
  INSERT INTO card_links (url, card_id) SELECT 'https://news.example/', id FROM card
  ON CONFLICT (url) DO UPDATE SET card_id = EXCLUDED.card_id RETURNING id),
of_status AS (
  INSERT INTO status_cards (status_id, link_id) SELECT s.id, link.id FROM link, statuses s WHERE s.id = $1
  ON CONFLICT (status_id) DO NOTHING)
UPDATE statuses SET parts = parts | 4 WHERE id = $1)sql"};
const db::Statement kMedia{"test.cache_property.media", R"sql(
WITH file AS (
  INSERT INTO media_attachments (id, account_id, status_id, position, type, state, remote_url, description,
                                 last_viewed_at, created_at, updated_at)
  SELECT $1, account_id, $1, 0, 0, 0, 'https://remote.example/a.png', $2, now(), now(), now() FROM statuses WHERE id = $1
  ON CONFLICT (id) DO UPDATE SET description = EXCLUDED.description)
UPDATE statuses SET parts = parts | 1 WHERE id = $1)sql"};
const db::Statement kFollowers{"test.cache_property.followers",
                               "UPDATE account_stats SET followers_count = followers_count + 1 WHERE account_id = $1"};
const db::Statement kUnmention{"test.cache_property.unmention", "DELETE FROM mentions WHERE status_id = $1"};
const db::Statement kPurge{"test.cache_property.purge", "DELETE FROM statuses WHERE id = $1"};

/// One seeded run: random changes, after each of which what is read through the caches is what is there.
class Run : public CachedApi {
 public:
  explicit Run(unsigned seed) : random_(seed) {
    for (const auto* name : {"alice", "bob", "carol"}) {
      people_.push_back(world.local_account(name));
      tokens_.push_back(token_of(people_.back()));
    }
    people_.push_back(world.remote_account("dora", "remote.example"));
    for (int i = 0; i < 6; ++i) post();
  }

  void step() {
    world.clock.advance(std::chrono::seconds(1));
    const auto& [name, change] = changes_.at(pick(changes_.size()));
    INFO(name);
    (this->*change)();
    compare();
  }

 private:
  using Change = void (Run::*)();

  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  std::string word() { return "word" + std::to_string(++words_); }
  const std::string& token() { return tokens_.at(pick(tokens_.size())); }
  const model::Account& person() { return people_.at(pick(people_.size())); }
  StatusId status() { return statuses_.at(pick(statuses_.size())); }
  std::string path(const std::string& what = "") { return "/api/v1/statuses/" + status().str() + what; }

  void post() {
    Json body{{"status", word() + " :wader: @carol #tag https://news.example/"},
              {"visibility", pick(4) == 0 ? "unlisted" : "public"}};
    if (!statuses_.empty() && pick(3) == 0) body["in_reply_to_id"] = status().str();
    if (pick(8) == 0) body["poll"] = {{"options", {"one", "two"}}, {"expires_in", 3600}};
    if (pick(8) == 0 && !statuses_.empty()) body["quoted_status_id"] = status().str();
    const auto answer = CachedApi::post(token(), "/api/v1/statuses", body);
    if (answer.status() == 200) statuses_.push_back(*StatusId::parse(answer.json()["id"].get<std::string>()));
  }
  void arrive() {
    const auto& author = people_.back();
    model::Status status;
    status.id = world.ids.next<StatusId>();
    status.uri = author.uri + "/" + status.id.str();
    status.account_id = author.id;
    status.local = false;
    status.content = "<p>" + word() + " :reed:</p>";
    status.created_at = world.clock.now();
    const auto stored = session->write([&](db::Tx& tx) -> Result<bool> {
      status.conversation_id = store::insert_conversation(tx, world.ids.next<ConversationId>(), std::nullopt);
      return store::insert_status(tx, status, {});
    });
    if (stored && *stored) statuses_.push_back(status.id);
  }
  void edit() { call(token(), Method::put, path(), {{"status", word() + " edited"}}); }
  void remove() { call(token(), Method::delete_, path()); }
  void mark() {
    static const std::vector<std::string> kMarks{"favourite", "unfavourite", "bookmark", "unbookmark", "pin",
                                                 "unpin",     "mute",        "unmute",   "reblog",     "unreblog"};
    const auto answer = CachedApi::post(token(), path("/" + kMarks.at(pick(kMarks.size()))));
    if (answer.status() != 200) return;
    const auto id = *StatusId::parse(answer.json()["id"].get<std::string>());
    if (std::ranges::find(statuses_, id) == statuses_.end()) statuses_.push_back(id);
  }
  void react() { call(token(), Method::put, path("/emoji_reactions/%F0%9F%90%A6")); }
  void follow() {
    CachedApi::post(token(), "/api/v1/accounts/" + person().id.str() + (pick(2) == 0 ? "/follow" : "/unfollow"));
  }
  void relate() {
    static const std::vector<std::string> kWays{"block", "unblock", "mute", "unmute"};
    CachedApi::post(token(), "/api/v1/accounts/" + person().id.str() + "/" + kWays.at(pick(kWays.size())));
  }
  void filter() {
    CachedApi::post(token(), "/api/v2/filters",
                    {{"title", "some"},
                     {"context", {"public", "home"}},
                     {"filter_action", pick(2) == 0 ? "hide" : "warn"},
                     {"keywords_attributes", {{{"keyword", "word" + std::to_string(1 + pick(words_ + 1))}}}}});
  }
  void unfilter() {
    const auto& who = token();
    const auto filters = get(who, "/api/v2/filters").json();
    if (filters.empty()) return;
    const auto& one = filters[pick(filters.size())];
    call(who, Method::delete_, "/api/v2/filters/" + one["id"].get<std::string>());
  }
  void vary_filter() {
    const auto& who = token();
    const auto filters = get(who, "/api/v2/filters").json();
    if (filters.empty()) return;
    const auto at = "/api/v2/filters/" + filters[pick(filters.size())]["id"].get<std::string>();
    if (pick(2) == 0) {
      CachedApi::post(who, at + "/statuses", {{"status_id", status().str()}});
    } else {
      CachedApi::post(who, at + "/keywords", {{"keyword", "edited"}});
    }
  }
  void profile() { run(kRenameAccount, {person().id, word() + (pick(2) == 0 ? " :wader: :reed:" : "")}); }
  void address() { run(kMoveAccount, {person().id, "https://elsewhere.example/" + word()}); }
  void suspend() { run(kSuspend, {people_.back().id}); }
  void move() { run(kMoved, {people_.back().id, people_.front().id}); }
  void emoji() { run(kEmoji, {word()}); }
  void drop_emoji() { run(kDropEmoji); }
  void remote_emoji() { run(kRemoteEmoji, {"https://remote.example/" + word()}); }
  void application() { run(kRenameApplications, {word()}); }
  void card() { run(kCard, {status(), word()}); }
  void media() { run(kMedia, {status(), word()}); }
  void followers() { run(kFollowers, {person().id}); }
  void unmention() { run(kUnmention, {status()}); }
  void purge() {
    if (statuses_.size() > 10) run(kPurge, {status()});
  }

  void compare() {
    for (const auto& who : {std::string(), tokens_[0], tokens_[1]}) {
      for (const auto* target : {"/api/v1/timelines/public?limit=40", "/api/v1/timelines/tag/tag"}) {
        INFO(target << " " << who);
        REQUIRE(get(who, target).body() == get_without_caches(who, target).body());
      }
    }
    const auto wrapped = "/api/v1/accounts/" + person().id.str() + "/statuses?limit=40";
    REQUIRE(get(tokens_[0], wrapped).body() == get_without_caches(tokens_[0], wrapped).body());
    const auto one = path();
    REQUIRE(get(tokens_[1], one).body() == get_without_caches(tokens_[1], one).body());
  }

  const std::vector<std::pair<const char*, Change>> changes_{{"post", &Run::post},
                                                             {"arrive", &Run::arrive},
                                                             {"edit", &Run::edit},
                                                             {"remove", &Run::remove},
                                                             {"mark", &Run::mark},
                                                             {"mark", &Run::mark},
                                                             {"mark", &Run::mark},
                                                             {"react", &Run::react},
                                                             {"follow", &Run::follow},
                                                             {"relate", &Run::relate},
                                                             {"filter", &Run::filter},
                                                             {"unfilter", &Run::unfilter},
                                                             {"vary filter", &Run::vary_filter},
                                                             {"profile", &Run::profile},
                                                             {"address", &Run::address},
                                                             {"suspend", &Run::suspend},
                                                             {"move", &Run::move},
                                                             {"emoji", &Run::emoji},
                                                             {"drop emoji", &Run::drop_emoji},
                                                             {"remote emoji", &Run::remote_emoji},
                                                             {"application", &Run::application},
                                                             {"card", &Run::card},
                                                             {"media", &Run::media},
                                                             {"followers", &Run::followers},
                                                             {"unmention", &Run::unmention},
                                                             {"purge", &Run::purge}};
  std::mt19937 random_;
  std::vector<model::Account> people_;
  std::vector<std::string> tokens_;
  std::vector<StatusId> statuses_;
  std::size_t words_ = 0;
};

}  // namespace

TEST_CASE("pages are the same with and without caches, whatever changes", "[api][cache][property]") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    INFO("seed " << seed);
    Run run(seed);
    for (int i = 0; i < 80; ++i) run.step();
    CHECK(run.statuses.bytes() > 0);
  }
}
