#pragma once

#include "dunlin/db/row.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"

#include <string>
#include <vector>

#define DUNLIN_COUNTER_COLUMNS                                                                     \
  "greatest(ss.replies_count, ss.remote_replies), greatest(ss.reblogs_count, ss.remote_reblogs), " \
  "greatest(ss.favourites_count, ss.remote_favourites), ss.quotes_count"
/// The columns of a status in the order of read_status, and the tables `s` and `ss` they come from.
#define DUNLIN_STATUS_COLUMNS                                                                                 \
  "s.id, s.uri, s.url, s.account_id, s.local, s.content, s.source, s.spoiler_text, s.sensitive, s.language, " \
  "s.visibility, s.in_reply_to_id, s.in_reply_to_account_id, s.in_reply_to_uri, s.reblog_of_id, "             \
  "s.conversation_id, s.application_id, s.tags, s.parts, s.created_at, s.edited_at, "                         \
  "s.deleted_at, " DUNLIN_COUNTER_COLUMNS ", s.content_type, s.local_only, s.expires_at, s.quote_policy"
#define DUNLIN_STATUS_TABLES "statuses s JOIN status_stats ss ON ss.status_id = s.id"
/// In what makes a reply a reply, whether or not the parent is here (still or yet).
#define DUNLIN_IS_REPLY(s)                                                              \
  "(" s ".in_reply_to_id IS NOT NULL OR " s ".in_reply_to_account_id IS NOT NULL OR " s \
  ".in_reply_to_uri IS NOT "                                                            \
  "NULL)"

namespace dunlin::store {

/// What DUNLIN_STATUS_COLUMNS takes: the next column's position.
inline constexpr int kStatusColumns = 30;

model::Status read_status(const db::Row& row);

/// The folded names of a status' tags, without repetition; for a public status their rows exist afterwards.
std::vector<std::string> ensure_tags(db::Tx& tx, const model::Status& status);

}  // namespace dunlin::store
