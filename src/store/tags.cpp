#include "dunlin/store/tags.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_TAG_COLUMNS "t.id, t.name, t.display_name"

namespace {

Tag read_tag(const db::Row& row, int first = 0) {
  return {
      .id = row.i64(first), .name = std::string(row.text(first + 1)), .display_name = std::string(row.text(first + 2))};
}

Tag tag_of(const db::Row& row) {
  return read_tag(row);
}

}  // namespace

const db::Statement kFindTag{"tags.find", "SELECT " DUNLIN_TAG_COLUMNS " FROM tags t WHERE t.name = $1"};

std::optional<Tag> find_tag(db::Tx& tx, std::string_view name) {
  return first_row(tx.exec(kFindTag, {name}), tag_of);
}

const db::Statement kEnsureTag{
    "tags.ensure",
    "INSERT INTO tags (name, display_name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING"};

Tag ensure_tag(db::Tx& tx, std::string_view name, std::string_view display_name) {
  if (auto found = find_tag(tx, name)) return *std::move(found);
  tx.exec(kEnsureTag, {name, display_name, tx.now()});
  return find_tag(tx, name).value();
}

const db::Statement kTagMarks{"tags.marks", R"sql(
SELECT asked.id,
       EXISTS (SELECT 1 FROM followed_tags f WHERE f.account_id = $1 AND f.tag_id = asked.id),
       EXISTS (SELECT 1 FROM featured_tags f WHERE f.account_id = $1 AND f.tag_id = asked.id)
FROM unnest($2::bigint[]) AS asked (id))sql"};

std::map<std::int64_t, TagMarks> list_tag_marks(db::Tx& tx, AccountId viewer, std::span<const std::int64_t> tags) {
  std::map<std::int64_t, TagMarks> out;
  if (tags.empty()) return out;
  for (const auto row : tx.exec(kTagMarks, {viewer, db::Param::bigints(tags)})) {
    out[row.i64(0)] = {.following = row.boolean(1), .featuring = row.boolean(2)};
  }
  return out;
}

const db::Statement kInsertFollowedTag{"followed_tags.insert", R"sql(
INSERT INTO followed_tags (id, account_id, tag_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, tag_id) DO NOTHING)sql"};

bool insert_followed_tag(db::Tx& tx, AccountId who, std::int64_t tag, std::int64_t row_id) {
  return tx.exec(kInsertFollowedTag, {row_id, who, tag, tx.now()}).affected() > 0;
}

const db::Statement kDeleteFollowedTag{"followed_tags.delete",
                                       "DELETE FROM followed_tags WHERE account_id = $1 AND tag_id = $2"};

bool delete_followed_tag(db::Tx& tx, AccountId who, std::int64_t tag) {
  return tx.exec(kDeleteFollowedTag, {who, tag}).affected() > 0;
}

#define DUNLIN_FOLLOWED_TAGS(order)                                                                          \
  "SELECT f.id, " DUNLIN_TAG_COLUMNS                                                                         \
  " FROM followed_tags f JOIN tags t ON t.id = f.tag_id WHERE f.account_id = $1 AND f.id < $2 AND f.id > $3" \
  " ORDER BY f.id " order " LIMIT $4"

const db::Statement kListFollowedTags{"followed_tags.list", DUNLIN_FOLLOWED_TAGS("DESC")};
const db::Statement kListFollowedTagsUp{"followed_tags.list_up", DUNLIN_FOLLOWED_TAGS("ASC")};

std::vector<FollowedTag> list_followed_tags(db::Tx& tx, AccountId who, const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kListFollowedTagsUp : kListFollowedTags, {who, page.below(), page.above(), page.limit}),
      page, [](const db::Row& row) { return FollowedTag{.row_id = row.i64(0), .tag = read_tag(row, 1)}; });
}

// How often account $1 uses which tags.
#define DUNLIN_OWN_USES                                                                                            \
  "WITH uses AS (SELECT used.name, count(*) AS statuses, max(own.created_at) AS last_at FROM ("                    \
  "SELECT s.tag_names, s.created_at FROM statuses s WHERE s.account_id = $1 AND s.tag_names <> '{}'"               \
  " AND s.visibility <= 1 AND s.deleted_at IS NULL ORDER BY s.id DESC LIMIT 10000) own, unnest(own.tag_names) AS " \
  "used "                                                                                                          \
  "(name) GROUP BY used.name) "

const db::Statement kListFeaturedTags{"featured_tags.list", DUNLIN_OWN_USES "SELECT f.id, " DUNLIN_TAG_COLUMNS R"sql(,
       coalesce(u.statuses, 0), u.last_at
FROM featured_tags f JOIN tags t ON t.id = f.tag_id LEFT JOIN uses u ON u.name = t.name
WHERE f.account_id = $1
ORDER BY coalesce(u.statuses, 0) DESC, f.id)sql"};

std::vector<FeaturedTag> list_featured_tags(db::Tx& tx, AccountId who) {
  return all_rows(tx.exec(kListFeaturedTags, {who}), [](const db::Row& row) {
    return FeaturedTag{
        .id = row.i64(0), .tag = read_tag(row, 1), .statuses_count = row.i64(4), .last_status_at = row.opt_time(5)};
  });
}

const db::Statement kInsertFeaturedTag{"featured_tags.insert", R"sql(
INSERT INTO featured_tags (id, account_id, tag_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, tag_id) DO NOTHING)sql"};

bool insert_featured_tag(db::Tx& tx, AccountId who, std::int64_t tag, std::int64_t row_id) {
  return tx.exec(kInsertFeaturedTag, {row_id, who, tag, tx.now()}).affected() > 0;
}

const db::Statement kDeleteFeaturedTag{"featured_tags.delete",
                                       "DELETE FROM featured_tags WHERE account_id = $1 AND id = $2 "
                                       "RETURNING (SELECT name FROM tags WHERE tags.id = featured_tags.tag_id)"};
const db::Statement kDeleteFeaturedTagByTag{"featured_tags.delete_by_tag",
                                            "DELETE FROM featured_tags WHERE account_id = $1 AND tag_id = $2"};

std::optional<std::string> delete_featured_tag(db::Tx& tx, AccountId who, std::int64_t row_id) {
  return first_row(tx.exec(kDeleteFeaturedTag, {who, row_id}),
                   [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kFindFeaturedTagsUrl{"featured_tags.find_url",
                                         "SELECT featured_tags_url FROM accounts WHERE id = $1"};

std::string find_featured_tags_url(db::Tx& tx, AccountId who) {
  const auto rows = tx.exec(kFindFeaturedTagsUrl, {who});
  return rows.empty() ? std::string() : std::string(rows[0].text(0));
}

const db::Statement kSetFeaturedTagsUrl{
    "featured_tags.set_url", "UPDATE accounts SET featured_tags_url = $2 WHERE id = $1 AND featured_tags_url <> $2"};

void set_featured_tags_url(db::Tx& tx, AccountId who, std::string_view url) {
  tx.exec(kSetFeaturedTagsUrl, {who, url});
}

bool delete_featured_tag_by_tag(db::Tx& tx, AccountId who, std::int64_t tag) {
  return tx.exec(kDeleteFeaturedTagByTag, {who, tag}).affected() > 0;
}

const db::Statement kTagsToFeature{"featured_tags.suggest", DUNLIN_OWN_USES "SELECT " DUNLIN_TAG_COLUMNS R"sql(
FROM uses u JOIN tags t ON t.name = u.name
WHERE NOT EXISTS (SELECT 1 FROM featured_tags f WHERE f.account_id = $1 AND f.tag_id = t.id)
ORDER BY u.statuses DESC, t.name
LIMIT $2)sql"};

std::vector<Tag> list_tags_to_feature(db::Tx& tx, AccountId who, int limit) {
  return all_rows(tx.exec(kTagsToFeature, {who, limit}), tag_of);
}

}  // namespace dunlin::store
