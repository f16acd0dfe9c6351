#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

struct Announcement {
  std::int64_t id = 0;
  std::string source;
  std::string content;          // HTML
  std::string mentions = "[]";  // JSON, as the API shows them
  std::string tags = "[]";
  std::vector<StatusId> status_ids{};
  std::optional<Time> starts_at{};
  std::optional<Time> ends_at{};
  bool all_day = false;
  std::optional<Time> published_at{};
  Time updated_at{};
  bool read = false;  // the viewer has dismissed it
};
struct AnnouncementReaction {
  std::int64_t announcement_id = 0;
  std::string name;
  std::int64_t count = 0;
  bool me = false;
};

/// Returns its id.
std::int64_t insert_announcement(db::Tx& tx, const Announcement& announcement);
/// false: there is none.
bool set_announcement_published(db::Tx& tx, std::int64_t id, bool published);
bool delete_announcement(db::Tx& tx, std::int64_t id);
/// All, for the command line, oldest first.
std::vector<Announcement> list_all_announcements(db::Tx& tx);
/// Published ones that are not over, oldest first.
std::vector<Announcement> list_announcements(db::Tx& tx, AccountId viewer);
/// If it is published.
std::optional<Announcement> find_announcement(db::Tx& tx, std::int64_t id);
void dismiss_announcement(db::Tx& tx, AccountId who, std::int64_t id);

/// In the order in which they were first used.
std::vector<AnnouncementReaction> list_announcement_reactions(db::Tx& tx, std::span<const std::int64_t> ids,
                                                              std::optional<AccountId> viewer);
/// false: it was there.
bool insert_announcement_reaction(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name);
bool delete_announcement_reaction(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name);

}  // namespace dunlin::store
