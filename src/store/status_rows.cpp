#include "status_rows.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/db/statement.hpp"

#include <algorithm>

namespace dunlin::store {

model::Status read_status(const db::Row& row) {
  int c = 0;
  model::Status s;
  s.id = row.id<StatusId>(c++);
  s.uri = row.text(c++);
  s.url = row.opt_text(c++);
  s.account_id = row.id<AccountId>(c++);
  s.local = row.boolean(c++);
  s.content = row.text(c++);
  s.source = row.text(c++);
  s.spoiler_text = row.text(c++);
  s.sensitive = row.boolean(c++);
  s.language = row.opt_text(c++);
  s.visibility = static_cast<model::Visibility>(row.i32(c++));
  s.in_reply_to_id = row.opt_id<StatusId>(c++);
  s.in_reply_to_account_id = row.opt_id<AccountId>(c++);
  s.in_reply_to_uri = row.opt_text(c++);
  s.reblog_of_id = row.opt_id<StatusId>(c++);
  if (s.reblog_of_id) s.uri.resize(std::min(s.uri.size(), s.uri.find(' ')));
  s.conversation_id = row.opt_id<ConversationId>(c++);
  s.application_id = row.opt_id<ApplicationId>(c++);
  s.tags = row.texts(c++);
  s.parts = static_cast<std::uint16_t>(row.i32(c++));
  s.created_at = row.time(c++);
  s.edited_at = row.opt_time(c++);
  s.deleted_at = row.opt_time(c++);
  s.replies_count = row.i64(c++);
  s.reblogs_count = row.i64(c++);
  s.favourites_count = row.i64(c++);
  s.quotes_count = row.i64(c++);
  s.content_type = static_cast<model::ContentType>(row.i32(c++));
  s.local_only = row.boolean(c++);
  s.expires_at = row.opt_time(c++);
  if (const auto policy = row.opt_i64(c++)) s.quote_policy = model::QuotePolicy::unpack(static_cast<int>(*policy));
  return s;
}

// A statement of its own: it waits for a concurrent first use of a tag, and the next statement sees that row. The
// anti-join keeps known tags from taking locks and numbers.
const db::Statement kEnsureTags{"statuses.ensure_tags", R"sql(
INSERT INTO tags (name, display_name, created_at)
SELECT u.name, u.display_name, $3::timestamptz
FROM unnest($1::text[], $2::text[]) AS u (name, display_name)
WHERE NOT EXISTS (SELECT 1 FROM tags t WHERE t.name = u.name)
ORDER BY u.name COLLATE "C"
ON CONFLICT (name) DO NOTHING)sql"};

std::vector<std::string> ensure_tags(db::Tx& tx, const model::Status& status) {
  std::vector<std::string> names;
  std::vector<std::string> displayed;
  for (const auto& tag : status.tags) {
    auto name = text::fold_hashtag(tag);
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(std::move(name));
    displayed.push_back(tag);
  }
  if (!names.empty() && status.visibility == model::Visibility::public_)
    tx.exec(kEnsureTags, {db::Param::texts(names), db::Param::texts(displayed), tx.now()});
  return names;
}

}  // namespace dunlin::store
