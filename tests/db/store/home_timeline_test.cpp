#include "support/world.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/lists.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/timelines.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

using namespace dunlin;
using test::World;

namespace {

std::vector<StatusId> home(World& world, const model::Account& reader, const model::Page& page = {}) {
  const auto before = world.session().statement_count();
  auto ids = world.read([&](db::Tx& tx) { return store::list_home_timeline(tx, reader.id, page); });
  CHECK(world.session().statement_count() - before == 1);
  return ids;
}

std::vector<StatusId> ids_of(std::initializer_list<model::Status> statuses) {
  std::vector<StatusId> ids;
  for (const auto& s : statuses) ids.push_back(s.id);
  return ids;
}

}  // namespace

TEST_CASE("home shows own and followed statuses but direct ones", "[store][home]") {
  World world;
  const auto reader = world.local_account("reader");
  const auto friend_ = world.local_account("friend");
  const auto stranger = world.local_account("stranger");
  world.follow(reader, friend_);
  world.follow(stranger, reader);
  const auto a = world.status(friend_);
  const auto b = world.status(reader, {.visibility = model::Visibility::private_});
  const auto c = world.status(friend_, {.visibility = model::Visibility::private_});
  const auto d = world.status(friend_, {.visibility = model::Visibility::unlisted});
  world.status(stranger);
  world.status(stranger, {.mentions = {reader}});
  world.status(friend_, {.visibility = model::Visibility::direct, .mentions = {reader}});
  world.status(reader, {.visibility = model::Visibility::direct, .mentions = {friend_}});
  CHECK(home(world, reader) == ids_of({d, c, b, a}));
  world.write([&](db::Tx& tx) { store::delete_status(tx, c); });
  CHECK(home(world, reader) == ids_of({d, b, a}));
  world.write([&](db::Tx& tx) { store::delete_follow(tx, reader.id, friend_.id); });
  CHECK(home(world, reader) == ids_of({b}));
}

TEST_CASE("home pages are exact in every direction", "[store][home][paging]") {
  World world;
  const auto reader = world.local_account("reader");
  std::vector<model::Account> authors{reader};
  for (const auto* name : {"a", "b", "c"}) {
    authors.push_back(world.local_account(name));
    world.follow(reader, authors.back());
  }
  std::vector<StatusId> all;
  for (std::size_t i = 0; i < 23; ++i)
    all.insert(all.begin(), world.status(authors[i < 12 ? 1 : (i * 7) % authors.size()]).id);

  std::vector<StatusId> down;
  auto page = test::newest(5);
  for (auto ids = home(world, reader, page); !ids.empty(); ids = home(world, reader, page)) {
    down.insert(down.end(), ids.begin(), ids.end());
    page = test::below(ids.back().value, 5);
  }
  CHECK(down == all);

  std::vector<StatusId> up;
  page = test::right_above(0, 5);
  for (auto ids = home(world, reader, page); !ids.empty(); ids = home(world, reader, page)) {
    up.insert(up.begin(), ids.begin(), ids.end());
    page = test::right_above(ids.front().value, 5);
  }
  CHECK(up == all);

  CHECK(home(world, reader, test::above(all[10].value, 3)) == std::vector(all.begin(), all.begin() + 3));
  CHECK(home(world, reader, test::above(all[2].value, 3)) == std::vector(all.begin(), all.begin() + 2));
  CHECK(home(world, reader, test::right_above(all[10].value, 3)) == std::vector(all.begin() + 7, all.begin() + 10));
  CHECK(home(world, reader, test::newest(0)).empty());
}

TEST_CASE("home has a reply when the reader knows the other party", "[store][home]") {
  World world;
  const auto reader = world.local_account("reader");
  const auto friend_ = world.local_account("friend");
  const auto other_friend = world.remote_account("other_friend", "a.test");
  const auto stranger = world.local_account("stranger");
  const auto of_reader = world.status(reader);
  const auto of_friend = world.status(friend_);
  const auto of_other = world.status(other_friend);
  const auto of_stranger = world.status(stranger);
  world.follow(reader, friend_);
  world.follow(reader, other_friend);

  const auto self = world.status(friend_, {.reply_to = of_friend});
  const auto to_reader = world.status(friend_, {.reply_to = of_reader});
  const auto to_other = world.status(friend_, {.reply_to = of_other});
  world.status(friend_, {.reply_to = of_stranger});
  world.status(other_friend, {.reply_to_uri = "https://nowhere.test/1"});
  const auto own = world.status(reader, {.reply_to = of_stranger});
  CHECK(home(world, reader) == ids_of({own, to_other, to_reader, self, of_other, of_friend, of_reader}));
}

TEST_CASE("home has a followee's reblogs as the follow and the reader's choices allow", "[store][home][reblog]") {
  World world;
  const auto reader = world.local_account("reader");
  const auto booster = world.local_account("booster");
  const auto author = world.local_account("author");
  world.follow(reader, booster);
  const auto s = world.status(author);
  const auto w = world.reblog(booster, s);
  CHECK(home(world, reader) == ids_of({w}));

  SECTION("not with show_reblogs off") {
    world.follow(reader, booster, {.show_reblogs = false});
    CHECK(home(world, reader).empty());
  }
  SECTION("not of an author whom the reader blocks") {
    world.block(reader, author);
    CHECK(home(world, reader).empty());
  }
  SECTION("not of an author who blocks the reader") {
    world.block(author, reader);
    CHECK(home(world, reader).empty());
  }
  SECTION("not of an author whom the reader mutes") {
    world.mute(reader, author);
    CHECK(home(world, reader).empty());
  }
  SECTION("not of a suspended author") {
    world.suspend(author);
    CHECK(home(world, reader).empty());
  }
  SECTION("once, the newest, when several reblog the same") {
    const auto second = world.local_account("second");
    world.follow(reader, second);
    const auto newer = world.reblog(second, s);
    CHECK(home(world, reader) == ids_of({newer}));
    CHECK(home(world, reader, test::below(newer.id.value)) == ids_of({w}));
  }
  SECTION("not beside the original") {
    world.follow(reader, author);
    CHECK(home(world, reader) == ids_of({s}));
  }
  SECTION("the reader's own are there") {
    const auto other = world.status(author);
    const auto own = world.reblog(reader, other);
    CHECK(home(world, reader) == ids_of({own, w}));
  }
}

TEST_CASE("home drops followees who are muted, blocked, blocking or suspended", "[store][home]") {
  World world;
  const auto reader = world.local_account("reader");
  const auto friend_ = world.local_account("friend");
  world.follow(reader, friend_);
  const auto s = world.status(friend_);
  CHECK(home(world, reader) == ids_of({s}));

  SECTION("blocked") {
    world.block(reader, friend_);
    CHECK(home(world, reader).empty());
  }
  SECTION("blocking") {
    world.block(friend_, reader);
    CHECK(home(world, reader).empty());
  }
  SECTION("suspended") {
    world.suspend(friend_);
    CHECK(home(world, reader).empty());
  }
  SECTION("muted, until the mute has run out") {
    world.mute(reader, friend_, true, std::chrono::hours(1));
    CHECK(home(world, reader).empty());
    world.clock.advance(std::chrono::hours(1));
    CHECK(home(world, reader) == ids_of({s}));
  }
}

TEST_CASE("home keeps to the languages of a follow where a status names one", "[store][home]") {
  World world;
  const auto reader = world.local_account("reader");
  const auto friend_ = world.local_account("friend");
  const auto stranger = world.local_account("stranger");
  const auto english = world.status(friend_, {.language = "en"});
  const auto german = world.status(friend_, {.language = "de"});
  const auto none = world.status(friend_);
  const auto foreign = world.status(stranger, {.language = "fr"});
  const auto wrapper = world.reblog(friend_, foreign);
  world.follow(reader, friend_, {.languages = std::vector<std::string>{"de", "is"}});
  CHECK(home(world, reader) == ids_of({wrapper, none, german}));
  world.follow(reader, friend_, {.languages = std::vector<std::string>{}});
  CHECK(home(world, reader) == ids_of({wrapper, none, german, english}));
}

TEST_CASE("timelines ask statuses only through their indexes", "[store][home][plan]") {
  World world;
  const auto reader = world.local_account("reader");
  world.db.run(R"sql(
    INSERT INTO accounts (id, username, uri, url, created_at, updated_at)
      SELECT i, 'u' || i, 'u' || i, '', now(), now() FROM generate_series(1000, 1999) i;
    INSERT INTO account_stats (account_id) SELECT generate_series(1000, 1999);
    INSERT INTO statuses (id, uri, account_id, local, visibility, created_at)
      SELECT i, 's' || i, 1000 + (i * 7919) % 1000, true, 0, now() FROM generate_series(100000, 119999) i;
    INSERT INTO status_stats (status_id) SELECT generate_series(100000, 119999);
    INSERT INTO follows (id, account_id, target_account_id, created_at)
      SELECT i, )sql" +
               reader.id.str() + R"sql(, i, now() FROM generate_series(1000, 1699) i;
    INSERT INTO lists VALUES (1, )sql" +
               reader.id.str() + R"sql(, 'list', 0, false, now());
    INSERT INTO list_accounts SELECT i, 1, i FROM generate_series(1000, 1299) i;
    INSERT INTO tags (id, name, display_name, created_at) VALUES (1, 'birds', 'birds', now());
    INSERT INTO public_status_tags SELECT 1, i FROM generate_series(100000, 119999, 3) i;
    ANALYZE)sql");
  CHECK(home(world, reader).size() == 20);
  const model::List list{.id = model::ListId{1}, .account_id = reader.id, .title = "list"};
  CHECK(world.read([&](db::Tx& tx) { return store::list_list_timeline(tx, list, {}); }).size() == 20);
  struct Case {
    std::string_view statement;
    std::string_view types;  // after the first five
    std::string_view values;
  };
  for (const auto& c : {Case{"timelines.home", "", ""}, Case{"timelines.home_up", "", ""},
                        Case{"timelines.list", ", bigint, smallint", ", 1, 0"},
                        Case{"timelines.list_up", ", bigint, smallint", ", 1, 1"}, Case{"timelines.public", "", ""},
                        Case{"timelines.public_up", "", ""}, Case{"timelines.local", "", ""},
                        Case{"timelines.tag", ", text[], boolean, boolean, boolean, text[], text[]",
                             ", ''{birds}'', false, false, false, ''{}'', ''{}''"}}) {
    CAPTURE(c.statement);
    const db::Statement* found = nullptr;
    for (const auto* s : db::Statement::all())
      if (std::string_view(s->name()) == c.statement) found = s;
    REQUIRE(found);
    world.db.run(fmt::format(
        "PREPARE probe (bigint, bigint, bigint, bigint, timestamptz{}) AS {};"
        "SET plan_cache_mode = force_generic_plan;"
        "CREATE FUNCTION pg_temp.plan() RETURNS text LANGUAGE plpgsql AS $f$ DECLARE l text; o text "
        ":= ''; BEGIN FOR l IN EXECUTE 'EXPLAIN EXECUTE probe({}, 1000000, 0, 20, now(){})' LOOP o := "
        "o || l || E'\\n'; END LOOP; IF o LIKE '%Seq Scan on statuses%' THEN RAISE EXCEPTION '%', "
        "o; END IF; RETURN o; END $f$; SELECT pg_temp.plan(); DEALLOCATE probe; DROP FUNCTION pg_temp.plan();",
        c.types, found->sql(), reader.id.value, c.values));
  }
}
