#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/feed/reader.hpp"
#include "dunlin/feed/ring.hpp"
#include "dunlin/model/list.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/feeds.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dunlin::feed {

struct FeedsOptions {
  std::size_t max_bytes = 64UL << 20U;  // of readers and rings; those that are in use may exceed it
  std::size_t ring_size = 400;
};

/// The home feeds of those who read here: rings and relations in memory, kept true by events, and the index from
/// authors to their readers. PostgreSQL has the truth: whatever is in doubt is dropped here and read anew. Any thread
/// may call; events come from one thread, in the order of their commits.
class Feeds {
 public:
  Feeds(const Clock& clock, FeedsOptions options) : clock_(clock), options_(options) {}

  /// A page of the home feed, newest first, without repeated reblogs. From memory when the ring is warm; else it is
  /// made warm, at the cost of two statements.
  std::vector<StatusId> home(db::Tx& tx, AccountId reader, const model::Page& page);

  /// Keeps the relations of a reader at hand (a stream is open), until unpin(). Pins count.
  void pin(db::Tx& tx, AccountId reader);
  void unpin(AccountId reader);
  /// nullptr: not at hand.
  std::shared_ptr<const Reader> reader(AccountId id);

  /// Keeps a list at hand whose owner is pinned, until unpin_list(). Pins count. false: the owner has no such list.
  bool pin_list(db::Tx& tx, AccountId owner, model::ListId id);
  void unpin_list(model::ListId id);
  /// The pinned lists in which the status is found.
  std::vector<model::ListId> pinned_lists(const store::FeedStatus& status);
  /// The pinned lists that have the account as a member whom the owner follows.
  std::vector<model::ListId> pinned_lists_of(AccountId member);
  void list_changed(db::Tx& tx, AccountId owner, model::ListId id);

  /// A status is there (again, for a reader to whom it did not belong before): it goes into the rings it belongs to.
  /// Gives the pinned readers who find it at home.
  std::vector<AccountId> created(const store::FeedStatus& status);
  /// The same readers, for a status that has changed.
  std::vector<AccountId> pinned_readers(const store::FeedStatus& status);
  /// Pinned readers who may have it at home: the author, his followers and those of one of these (folded) tags.
  std::vector<AccountId> pinned_followers(AccountId author, const std::vector<std::string>& tags);
  /// The status as it is now, after an edit: into the rings it belongs to, out of those it does not belong to any more.
  void edited(const store::FeedStatus& status);
  /// Of a status, or (`is_reblog`) of a wrapper; `tags` folded. Gives the wrappers that went with it.
  std::vector<store::DeletedReblog> deleted(db::Tx& tx, StatusId id, AccountId author,
                                            const std::vector<std::string>& tags, bool is_reblog);
  /// The relations of this reader have changed: pinned ones are read anew.
  void changed(db::Tx& tx, AccountId reader);
  /// Reads those pinned ones anew for whom a mute has ended.
  void refresh_expired(db::Tx& tx);
  /// The account is gone, and with it the relations of its followers.
  void author_left(db::Tx& tx, AccountId author);
  /// What may be shown of somebody has changed, but nobody's relations: rings are read again when they are wanted.
  void drop_rings();
  /// Anything may have changed.
  void reset(db::Tx& tx);

  /// Who reads sees what was committed before: events are announced when they are told, and done when they were passed
  /// to the calls above. While some are missing, home() waits a moment, then reads from the database.
  void announce();
  void done();

  /// Nobody reads here.
  [[nodiscard]] bool empty();
  [[nodiscard]] std::size_t bytes();

 private:
  struct Slot {
    std::shared_ptr<const Reader> reader;
    std::optional<Ring> ring;
    int pins = 0;
    std::size_t bytes = 0;
    std::list<AccountId>::iterator used;
  };
  /// What happens while one is being read.
  struct Load {
    AccountId reader;
    bool stale = false;
    std::vector<store::FeedStatus> created;  // or edited
    std::vector<StatusId> deleted;
  };
  struct PinnedList {
    std::shared_ptr<const List> list;  // nullptr: it is being read
    int pins = 0;
    std::uint64_t changes = 0;
  };
  using Slots = std::unordered_map<AccountId, Slot>;

  std::optional<std::vector<store::HomeEntry>> page_from_ring(AccountId reader, const model::Page& page);
  std::shared_ptr<Load> begin_load(AccountId reader, const model::Page& page);
  void end_load(const std::shared_ptr<Load>& load, Reader reader, std::optional<Ring> ring);
  void abandon(const std::shared_ptr<Load>& load);
  bool wait_for_events();
  Slot& slot(AccountId reader);
  void set_reader(AccountId id, Slot& slot, std::shared_ptr<const Reader> reader);
  void account_for(Slot& slot);
  void forget(Slots::iterator at);
  void make_room();
  void index(AccountId id, const Reader* old, const Reader* fresh);
  void erase_entry(StatusId id, AccountId author, const std::vector<std::string>& tags);
  template <class F>
  void each_reader(const store::FeedStatus& status, F&& body);

  const Clock& clock_;
  const FeedsOptions options_;
  std::mutex mutex_;
  Slots slots_;
  // Author or tag -> readers with a slot, in order of their ids.
  std::unordered_map<AccountId, std::vector<AccountId>> followers_;
  std::unordered_map<std::string, std::vector<AccountId>> tag_followers_;
  std::unordered_map<model::ListId, PinnedList> lists_;
  std::list<AccountId> used_;  // most recently first
  std::vector<std::shared_ptr<Load>> loads_;
  std::size_t bytes_ = 0;
  std::uint64_t announced_ = 0;
  std::uint64_t done_ = 0;
  std::condition_variable caught_up_;
};

}  // namespace dunlin::feed
