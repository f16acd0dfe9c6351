#pragma once

#include "dunlin/db/row.hpp"
#include "dunlin/model/account.hpp"

#include <string>

/// The columns of an account in the order of read_account, and the tables `a` and `ast` they come from.
#define DUNLIN_ACCOUNT_COLUMNS                                                                                    \
  "a.id, a.username, a.domain, a.uri, a.url, a.actor_type, a.display_name, a.note, a.note_source, a.fields, "     \
  "a.locked, a.discoverable, a.indexable, a.hide_collections, a.memorial, a.handle_verified, "                    \
  "a.avatar_url, a.header_url, a.inbox_url, a.shared_inbox_url, a.outbox_url, a.followers_url, a.following_url, " \
  "a.featured_url, a.also_known_as, a.moved_to_id, a.suspended_at, a.silenced_at, a.created_at, a.updated_at, "   \
  "a.fetched_at, a.attribution_domains, a.avatar_description, a.header_description, a.show_media, "               \
  "a.show_media_replies, a.show_featured, a.role, a.deleted_at, "                                                 \
  "greatest(ast.statuses_count, ast.remote_statuses), greatest(ast.followers_count, ast.remote_followers), "      \
  "greatest(ast.following_count, ast.remote_following), ast.last_status_at"
#define DUNLIN_ACCOUNT_TABLES "accounts a JOIN account_stats ast ON ast.account_id = a.id"

/// The world may know of the account: it is remote, or its user has confirmed the address and is approved.
#define DUNLIN_ESTABLISHED(account)                                   \
  "NOT EXISTS (SELECT 1 FROM users eu WHERE eu.account_id = " account \
  " AND (eu.confirmed_at IS NULL OR NOT eu.approved))"

namespace dunlin::store {

/// What DUNLIN_ACCOUNT_COLUMNS takes: the next column's position.
inline constexpr int kAccountColumns = 43;

model::Account read_account(const db::Row& row, int first = 0);
/// The text form of accounts.fields.
std::string write_profile_fields(const std::vector<model::ProfileField>& fields);

}  // namespace dunlin::store
