#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/breaker.hpp"
#include "dunlin/jobs/retry.hpp"
#include "dunlin/jobs/wake_up.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Outgoing activities: one lane per destination host. A process leases a host and then works alone on its lane, so
/// that the order per (account, host) holds over any number of processes.
namespace dunlin::jobs {

struct NewActivity {
  AccountId account_id;    // 0: the instance actor
  std::string body;        // the document as it will be signed and sent
  std::string object_key;  // what it is about: the object's uri
  Priority priority = Priority::post;
  bool essential = false;     // Delete, Move, Undo, Block, Reject: tried for 30 days
  bool to_followers = false;  // for followers only: not for an inbox that has none of them any more
  bool replaceable = false;   // tells the state of its object: only the newest such one needs to arrive
};

/// One receiver of an activity. `named`: those it was meant for by name; when none of them may have it any more by the
/// time it would be sent, it is not. Empty: it does not depend on that.
struct Inbox {
  std::string url;
  std::vector<AccountId> named{};
};

class Deliveries {
 public:
  /// nullptr: nobody in this process delivers (the command line).
  /// `may_send_to`: the admin's policy by host; inboxes that it refuses get nothing. Empty: everybody may get all.
  explicit Deliveries(WakeUp* wake_up, std::function<bool(std::string_view host)> may_send_to = {})
      : wake_up_(wake_up), may_send_to_(std::move(may_send_to)) {}

  /// Part of the transaction that causes it; any number of inboxes costs two statements. Inboxes that are no URL, that
  /// repeat, whose host is gone, or unavailable (unless essential, or a day after the last attempt) get none. Returns
  /// how many deliveries there are.
  std::size_t enqueue(db::Tx& tx, const NewActivity& activity, std::span<const Inbox> inboxes) const;
  std::size_t enqueue(db::Tx& tx, const NewActivity& activity, std::span<const std::string> inbox_urls) const;

  /// An authenticated request came from there: an unavailable or gone host is neither any more, an open breaker lets
  /// one through, and what waits goes at once, without counting the attempt. Only a delivery shows that it takes ours:
  /// so this holds for the first such request, then for one a minute later at the soonest, two, four, up to three days.
  /// Nor does it end a wait that the host has asked for. Cheap when the host is well: no row is written.
  void host_spoke(db::Tx& tx, std::string_view host) const;
  void hosts_spoke(db::Tx& tx, std::span<const std::string> hosts) const;

 private:
  WakeUp* wake_up_;
  std::function<bool(std::string_view)> may_send_to_;
};

/// A Delete makes waiting Creates and Updates of its object pointless, and what the instance actor says of it: call
/// before enqueueing it. Returns how many.
std::size_t cancel_pending(db::Tx& tx, AccountId account, std::string_view object_key);

struct ClaimedHost {
  std::string host;
  HostHealth health;
  std::optional<int> signature_scheme;
  std::optional<Time> scheme_checked_at;
};
inline constexpr std::chrono::seconds kHostLease{30};

/// Hosts with due work that nobody else holds, after `after` in the order of names and from the start again: pass the
/// last one claimed, so that all get their turn. `proven_only`: those that are known to answer. Held until now +
/// kHostLease.
std::vector<ClaimedHost> claim_hosts(db::Tx& tx, std::string_view owner, int limit, std::string_view after = {},
                                     bool proven_only = false);
/// Those of `hosts` that are still ours, for another kHostLease; stop working on the others.
std::vector<std::string> renew_hosts(db::Tx& tx, std::string_view owner, std::span<const std::string> hosts);
/// Before several of the following are done in one transaction, in whatever order: two transactions that lock the rows
/// of hosts in different orders would wait for each other.
void lock_hosts(db::Tx& tx, std::span<const std::string> hosts);
void release_host(db::Tx& tx, std::string_view owner, std::string_view host);
/// Those of `hosts` for which nothing is due are let go; returned are the others that are still ours.
std::vector<std::string> release_idle_hosts(db::Tx& tx, std::string_view owner, std::span<const std::string> hosts);

struct Delivery {
  DeliveryId id;
  std::int64_t activity_id = 0;
  std::string host;
  std::string inbox_url;
  AccountId account_id;  // 0: the instance actor
  std::string object_key;
  Priority priority = Priority::post;
  bool essential = false;
  int attempts = 0;  // failed so far
  bool to_followers = false;
  // As it is when loaded:
  bool may_speak = true;             // its account is there and not suspended; or this is essential
  std::optional<bool> named_left{};  // one of those it was made for by name may have it; nullopt: nobody was named
};
inline constexpr int kLaneBatch = 50;

/// Due deliveries of a host, urgent ones first, but an account's in the order they were enqueued: the caller sends
/// those of one account one after the other, and stops with that account at its first failure. What has to wait for an
/// earlier one is left out.
std::vector<Delivery> load_lane(db::Tx& tx, std::string_view host, int limit = kLaneBatch);
/// The same of several hosts, so many of each, one host after the other.
std::vector<Delivery> load_lanes(db::Tx& tx, std::span<const std::string> hosts, int limit = kLaneBatch);
/// The bodies of these activities, in the same order; an activity that is gone has an empty one.
std::vector<std::string> load_bodies(db::Tx& tx, std::span<const std::int64_t> activity_ids);

/// Removes them, and activities that were sent to all; the hosts are well. Two statements.
void record_successes(db::Tx& tx, std::span<const std::string> hosts, std::span<const DeliveryId> ids);
/// For every verdict but done and other_scheme. Returns the host's health after it: ask allowed() before going on.
HostHealth record_failure(db::Tx& tx, const Delivery& delivery, const Judgement& judgement, double scale = 1.0);
/// How long it is believed which signatures a host takes (federation.md 2.6).
inline constexpr std::chrono::hours kSchemeMemory{30 * 24};
/// nullopt: not known, or no longer.
std::optional<int> find_signature_scheme(db::Tx& tx, std::string_view host);
/// The host has taken a request of ours signed so.
void record_signature_scheme(db::Tx& tx, std::string_view host, int scheme);
/// The hosts themselves sign so: kept unless something is known of them already, whose rows are not touched.
void learn_signature_scheme(db::Tx& tx, std::span<const std::string> hosts, int scheme);
/// Those of which nothing is known: what the former would write.
std::vector<std::string> list_without_signature_scheme(db::Tx& tx, std::span<const std::string> hosts);

/// All hosts that something is pending for.
std::vector<std::string> list_waiting_hosts(db::Tx& tx);
/// What is pending for these hosts, also what is essential, is given up. Locks them. Returns how many.
std::size_t give_up_hosts(db::Tx& tx, std::span<const std::string> hosts, std::string_view reason);

/// When a free lane has work next; nullopt: nothing is pending.
std::optional<Time> next_delivery_at(db::Tx& tx);

struct GivenUpDelivery {
  Delivery delivery;
  Time given_up_at;
  std::optional<int> last_status;
  std::string last_error;
};
/// Newest first.
std::vector<GivenUpDelivery> list_given_up_deliveries(db::Tx& tx, int limit);
/// How often an inbox was not found since then, counted up to `most`.
std::int64_t count_not_found(db::Tx& tx, std::string_view inbox_url, Time since, int most);
struct DeliveryCounts {
  std::int64_t pending = 0;
  std::int64_t given_up = 0;
};
DeliveryCounts count_deliveries(db::Tx& tx);
/// All given-up ones (of one host) from the start.
std::size_t requeue_deliveries(db::Tx& tx, std::optional<std::string_view> host);
/// Given-up deliveries older than that, the oldest first.
std::size_t purge_deliveries(db::Tx& tx, Time before, int limit);
/// Activities older than that which no delivery refers to any more.
std::size_t purge_outbound_activities(db::Tx& tx, Time before, int limit);

}  // namespace dunlin::jobs
