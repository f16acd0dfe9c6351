#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Stored as numbers. `ancestors`: of a thread, only what the statuses in it answer.
enum class BackfillKind : std::uint8_t { thread = 0, profile = 1, ancestors = 2 };
enum class BackfillItemKind : std::uint8_t { object = 0, collection = 1 };

struct Backfill {
  std::int64_t id = 0;
  BackfillKind kind = BackfillKind::thread;
  std::int64_t subject_id = 0;  // a conversation or an account
  Time started_at{};
  std::optional<Time> finished_at;
  Time next_at{};
  std::chrono::seconds pause{};
  int objects_left = 0;
  int pages_left = 0;
  int found = 0;
};
struct BackfillItem {
  std::int64_t id = 0;
  std::int64_t backfill_id = 0;
  BackfillItemKind kind = BackfillItemKind::object;
  std::string uri;
};

std::optional<Backfill> find_backfill(db::Tx& tx, BackfillKind kind, std::int64_t subject);
std::optional<Backfill> find_backfill(db::Tx& tx, std::int64_t id);
/// Begins anew: in place of the subject's last one, whose items are gone.
void start_backfill(db::Tx& tx, const Backfill& backfill);
void finish_backfill(db::Tx& tx, std::int64_t id, Time next_at, std::chrono::seconds pause);
void count_found(db::Tx& tx, std::int64_t id);
/// Until the transaction ends: who looks whether a parent is here, and who stores it, do so one after the other.
void lock_backfill(db::Tx& tx, std::int64_t id);
/// The thread has become part of another conversation. That one's own backfill, if there is any, is this one now.
void set_backfill_subject(db::Tx& tx, const Backfill& backfill, std::int64_t subject);

/// Adds what is not among its items yet, as far as its budget reaches. Returns the ids of the new items.
std::vector<std::int64_t> add_backfill_items(db::Tx& tx, std::int64_t backfill, BackfillItemKind kind,
                                             std::span<const std::string> uris);
/// nullopt: unknown, or done.
std::optional<BackfillItem> find_backfill_item(db::Tx& tx, std::int64_t id);
/// Returns how many are not done yet.
std::int64_t finish_backfill_item(db::Tx& tx, const BackfillItem& item);
/// The item is looked at again when the status `uri` has come.
void let_backfill_item_wait(db::Tx& tx, std::int64_t item, std::string_view uri);
/// Those that waited for it: open again.
std::vector<std::int64_t> wake_backfill_items(db::Tx& tx, std::int64_t backfill, std::string_view uri);
std::size_t purge_backfills(db::Tx& tx, Time before);

/// What of a thread lies elsewhere: public statuses of other servers, and parents that are missing here.
std::vector<std::string> list_remote_of_thread(db::Tx& tx, ConversationId id, int limit);
/// `uri` is of the thread: by the thread's name, or as what a status in it answers.
bool is_of_thread(db::Tx& tx, ConversationId id, std::string_view uri, std::string_view conversation_uri);
/// When the first status of the thread that is here was written.
std::optional<Time> find_thread_start(db::Tx& tx, ConversationId id);

/// What an origin says of one of its statuses; nullopt: nothing.
struct RemoteCounts {
  std::optional<std::int64_t> reblogs{};
  std::optional<std::int64_t> favourites{};
  std::optional<std::int64_t> replies{};
};
/// What the origin says; what is known here counts where it is more.
void set_remote_counts(db::Tx& tx, StatusId id, const RemoteCounts& counts);
/// nullopt: not said.
void set_remote_account_counts(db::Tx& tx, AccountId id, std::optional<std::int64_t> statuses,
                               std::optional<std::int64_t> followers, std::optional<std::int64_t> following);
std::int64_t count_statuses_here(db::Tx& tx, AccountId id, int limit);

}  // namespace dunlin::store
