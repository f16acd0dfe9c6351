#include "support/plans.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using Catch::Contains;

// What a stranger can make us ask again and again has its index, however full the table is.
TEST_CASE("how often an inbox was not found is read from its own entries", "[db][plans]") {
  const test::Database database;
  database.run(R"sql(
INSERT INTO outbound_activities (id, account_id, body, created_at) OVERRIDING SYSTEM VALUE VALUES (1, 1, 'b', now());
INSERT INTO deliveries (activity_id, host, inbox_url, account_id, object_key, priority, essential, state, run_at, last_status)
SELECT 1, 'h' || i % 50, 'https://h' || i % 50 || '/users/' || i % 500 || '/inbox', 1, 'o', 1, false, 1,
       now() - i * interval '20 s', CASE WHEN i % 2 = 0 THEN 404 ELSE 410 END
FROM generate_series(1, 5000) i)sql");
  database.run("ANALYZE deliveries");
  CHECK_THAT(test::plan_of(database, "given_up.count_not_found"), Contains("deliveries_not_found"));
}

TEST_CASE("the verdicts on one server are read from its own entries", "[db][plans]") {
  const test::Database database;
  database.run(R"sql(
INSERT INTO inbound_activities (id, signer_id, host, type, received_at, processed_at, verdict, why)
SELECT i, 1, 'h' || i % 200, 'Like', now(), now(), 1, 0 FROM generate_series(1, 20000) i;
INSERT INTO refused_requests (id, host, type, uri, received_at, why, reason)
SELECT i, 'h' || i % 200, 'Like', '', now(), 1, '' FROM generate_series(1, 20000) i)sql");
  database.run("ANALYZE inbound_activities, refused_requests");
  const auto plan = test::plan_of(database, "domain_policies.list_verdicts_of");
  CHECK_THAT(plan, Contains("inbound_activities_host") && Contains("refused_requests_host"));
}

TEST_CASE("what files are named by, and blocks, is probed", "[db][plans]") {
  const test::Database database;
  database.run(R"sql(
SET session_replication_role = replica;
INSERT INTO stored_files (key, bytes, touched_at) SELECT 'f' || i, 1, now() FROM generate_series(1, 5000) i;
INSERT INTO media_attachments (id, account_id, type, state, file_key, preview_key, last_viewed_at, created_at, updated_at)
SELECT i, 1, 1, 1, 'f' || i, 'p' || i, now(), now(), now() FROM generate_series(1, 20000) i;
INSERT INTO blocks (id, account_id, target_account_id, uri, created_at)
SELECT i, i, i + 1, CASE WHEN i % 2 = 0 THEN 'https://far.example/blocks/' || i END, now() FROM generate_series(1, 20000) i)sql");
  database.run("ANALYZE stored_files, media_attachments, blocks");
  const auto plan = test::plan_of(database, "files.begin_dropping");
  CHECK_THAT(plan, Contains("media_attachments_file") && Contains("media_attachments_preview"));
  CHECK_THAT(test::plan_of(database, "account_moves.find_block"), Contains("blocks_uri"));
}
