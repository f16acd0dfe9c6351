#include "support/world.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

namespace dunlin::test {

model::Page newest(int limit) {
  model::Page page;
  page.limit = limit;
  return page;
}

model::Page below(std::int64_t id, int limit) {
  auto page = newest(limit);
  page.max_id = id;
  return page;
}

model::Page above(std::int64_t id, int limit) {
  auto page = newest(limit);
  page.since_id = id;
  return page;
}

model::Page right_above(std::int64_t id, int limit) {
  auto page = newest(limit);
  page.min_id = id;
  return page;
}

model::Account World::insert(model::Account account, const AccountOptions& options) {
  step();
  account.id = ids.next<AccountId>();
  account.url = account.uri;
  account.display_name = options.display_name;
  account.locked = options.locked;
  account.inbox_url = account.uri + "/inbox";
  account.outbox_url = account.uri + "/outbox";
  account.followers_url = account.uri + "/followers";
  account.following_url = account.uri + "/following";
  account.shared_inbox_url = options.shared_inbox_url;
  account.created_at = account.updated_at = clock.now();
  write([&](db::Tx& tx) {
    store::insert_account(tx, account);
    if (account.domain) {
      store::touch_instance(tx, *account.domain);
      return;
    }
    store::insert_user(tx, {.id = ids.next<UserId>(),
                            .account_id = account.id,
                            .email = account.username + "@example.org",
                            .password_hash = "none",
                            .confirmed_at = clock.now(),
                            .default_language = std::nullopt,
                            .created_at = clock.now()});
  });
  return account;
}

model::Account World::local_account(const std::string& username, const AccountOptions& options) {
  model::Account account;
  account.username = username;
  account.uri = "https://example.org/users/" + username;
  return insert(std::move(account), options);
}

model::Account World::remote_account(const std::string& username, const std::string& domain,
                                     const AccountOptions& options) {
  model::Account account;
  account.username = username;
  account.domain = domain;
  account.uri = fmt::format("https://{}/users/{}", domain, username);
  account.fetched_at = clock.now();
  return insert(std::move(account), options);
}

model::User World::user_of(const model::Account& account) {
  return read([&](db::Tx& tx) { return store::find_user_by_account(tx, account.id).value(); });
}

model::Account World::reload(const model::Account& account) {
  return read([&](db::Tx& tx) { return store::find_account(tx, account.id).value(); });
}

model::Status World::reload(const model::Status& status) {
  return read([&](db::Tx& tx) {
    if (auto found = store::find_status(tx, status.id)) return *found;
    return store::find_deleted_status(tx, status.id).value();
  });
}

model::Status World::status(const model::Account& author, const StatusOptions& options) {
  step();
  model::Status s;
  s.id = ids.next<StatusId>();
  s.uri = fmt::format("{}/statuses/{}", author.uri, s.id.value);
  s.url = s.uri;
  s.account_id = author.id;
  s.local = author.is_local();
  s.content = options.content;
  s.spoiler_text = options.spoiler_text;
  s.language = options.language;
  s.visibility = options.visibility;
  s.tags = options.tags;
  s.in_reply_to_uri = options.reply_to_uri;
  s.created_at = clock.now();
  if (options.reply_to) {
    s.in_reply_to_id = options.reply_to->id;
    s.in_reply_to_account_id = options.reply_to->account_id;
    s.conversation_id = options.reply_to->conversation_id;
  }
  std::vector<model::Mention> mentions;
  for (const auto& account : options.mentions)
    mentions.push_back({.account_id = account.id,
                        .username = account.username,
                        .domain = account.domain,
                        .uri = account.uri,
                        .url = account.url});
  write([&](db::Tx& tx) {
    if (!s.conversation_id)
      s.conversation_id = store::insert_conversation(tx, ids.next<ConversationId>(), std::nullopt);
    if (!store::insert_status(tx, s, mentions)) throw std::runtime_error("this status is there already");
  });
  return reload(s);
}

model::Status World::reblog(const model::Account& who, const model::Status& original, model::Visibility visibility) {
  step();
  model::Status w;
  w.id = ids.next<StatusId>();
  w.uri = fmt::format("{}/statuses/{}/activity", who.uri, w.id.value);
  w.account_id = who.id;
  w.local = who.is_local();
  w.visibility = visibility;
  w.reblog_of_id = original.id;
  w.created_at = clock.now();
  return write([&](db::Tx& tx) { return store::insert_reblog(tx, w).value(); });
}

void World::favourite(const model::Account& who, const model::Status& status) {
  step();
  write([&](db::Tx& tx) {
    store::insert_favourite(
        tx, {.id = ids.next<FavouriteId>(), .account_id = who.id, .status_id = status.id, .uri = std::nullopt});
  });
}

void World::follow(const model::Account& who, const model::Account& target, const FollowOptions& options) {
  step();
  const auto id = ids.next<FollowId>();
  write([&](db::Tx& tx) {
    store::upsert_follow(tx, {.id = id,
                              .account_id = who.id,
                              .target_account_id = target.id,
                              .uri = fmt::format("{}/follows/{}", who.uri, id.value),
                              .show_reblogs = options.show_reblogs,
                              .notify = options.notify,
                              .languages = options.languages,
                              .created_at = clock.now()});
  });
}

void World::block(const model::Account& who, const model::Account& target) {
  step();
  const auto id = ids.next<FollowId>().value;
  write([&](db::Tx& tx) { store::insert_block(tx, who.id, target.id, id, std::nullopt); });
}

void World::mute(const model::Account& who, const model::Account& target, bool hide_notifications,
                 std::optional<std::chrono::milliseconds> lasts) {
  step();
  const auto ms = clock.now().time_since_epoch().count();
  db.run(
      fmt::format("INSERT INTO mutes (id, account_id, target_account_id, hide_notifications, expires_at, created_at) "
                  "VALUES ({}, {}, {}, {}, {}, to_timestamp({} / 1000.0))",
                  ids.next<FollowId>().value, who.id.value, target.id.value, hide_notifications,
                  lasts ? fmt::format("to_timestamp({} / 1000.0)", ms + lasts->count()) : "NULL", ms));
}

void World::suspend(const model::Account& account) {
  step();
  write([&](db::Tx& tx) { store::set_suspended(tx, account.id, true); });
}

}  // namespace dunlin::test
