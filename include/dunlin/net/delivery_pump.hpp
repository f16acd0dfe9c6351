#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/net/client.hpp"
#include "dunlin/net/io_thread.hpp"
#include "dunlin/net/signature_scheme.hpp"
#include "dunlin/net/workers.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::activitypub {
struct SigningKey;
}

namespace dunlin::net {

struct PendingDelivery {
  jobs::Delivery row;
  std::shared_ptr<const std::string> body;
  bool shared_inbox = false;
  std::string synchronization{};  // the value of a Collection-Synchronization field; "" = none
  std::string refusal{};          // why it is not to be sent; "" = it is
  Result<std::shared_ptr<const activitypub::SigningKey>> key{nullptr};  // what prepare() signs with
};

/// A host that is ours for a while.
struct HostLane {
  std::string host;
  SignatureScheme scheme = SignatureScheme::cavage;  // what it is known, or first tried, to take
  bool proven = false;                               // its last exchange went well; others share half of the slots
  int allowed = 4;                                   // deliveries at a time: 1 when unproven or half-open
  std::vector<PendingDelivery> due{};                // as load_lane() would return; empty: not loaded yet
};

/// A host on which we work no more.
struct LeavingHost {
  std::string host;
  bool if_idle = false;  // only if nothing is due there
};

/// What conclude() found.
struct Conclusion {
  std::vector<std::pair<std::string, int>> allowed;  // for hosts that failed: how many may be in flight now
  std::vector<std::string> busy;                     // of the leaving ones: not released, something is due
};

struct DeliveryResult {
  jobs::Delivery delivery;
  jobs::Judgement judgement;
  std::optional<SignatureScheme> learned;  // the scheme that worked was not the lane's
};

/// The durable queue as the pump sees it. All but prepare() run on the jobs lane of the workers; an exception (database
/// gone) makes the pump wait and ask again.
class DeliveryQueue {
 public:
  virtual ~DeliveryQueue() = default;
  /// At most `limit` hosts with due work; `proven_only` while others hold their share of the lanes.
  virtual std::vector<HostLane> claim_hosts(db::Session& session, int limit, bool proven_only) = 0;
  /// Those that are still ours.
  virtual std::vector<std::string> renew_hosts(db::Session& session, std::span<const std::string> hosts) = 0;
  /// Due deliveries, those of one account in order; empty: nothing is left for now.
  virtual std::vector<PendingDelivery> load_lane(db::Session& session, const HostLane& lane) = 0;
  /// Records all results, then releases hosts, in one transaction.
  virtual Conclusion conclude(db::Session& session, std::span<const DeliveryResult> results,
                              std::span<const LeavingHost> leaving) = 0;
  /// When there is work again; nullopt: nothing is pending.
  virtual std::optional<Time> next_delivery_at(db::Session& session) = 0;
  /// The signed request to row.inbox_url. On a crypto thread, for every attempt anew. Errors: internal, unavailable (a
  /// failed attempt that says nothing of the host); any other drops the delivery.
  virtual Result<http::OutboundRequest> prepare(const PendingDelivery& delivery, SignatureScheme scheme) = 0;
};

struct DeliveryPumpOptions {
  int concurrency = 64;  // exchanges in flight, all hosts together
  int per_host = 4;
  int max_hosts = 1024;  // lanes held at a time, beside those of hosts that are waited for
  /// An exchange that takes longer gives its slot to the next and waits on beside, with at most so many others: a host
  /// that accepts and then hangs costs a connection of 10 KB, and no other host's turn.
  std::chrono::milliseconds patience{20};
  int max_patient = 4096;
  /// A host whose delivery could not be attempted for want of room here (its name has to wait for others below one
  /// domain, say) stays ours and waits, first for so long, then twice as long each time, up to 32 times.
  std::chrono::milliseconds room_pause{1'000};
  double retry_scale = 1.0;
  std::chrono::milliseconds poll{5'000};            // at least so often it looks for work of other processes
  std::chrono::milliseconds renew{10'000};          // of leases
  std::chrono::milliseconds database_pause{1'000};  // after a failure of the queue
};

/// Sends what waits in the delivery queue: a lane per host, in each a bounded number at a time, one account's
/// deliveries one after the other. Hosts that hang hold at most half of the slots, and those not for long. Results are
/// recorded together: all that came while the last ones were being recorded.
class DeliveryPump {
 public:
  /// References outlive the pump.
  DeliveryPump(IoThread& thread, Exchanger& exchanger, Workers& workers, DeliveryQueue& queue, const Clock& clock,
               DeliveryPumpOptions options);
  ~DeliveryPump();
  DeliveryPump(const DeliveryPump&) = delete;
  DeliveryPump& operator=(const DeliveryPump&) = delete;

  void start();
  /// There is new work. From any thread, never blocks.
  void wake();
  /// No new attempts. Returns at once.
  void begin_stop();
  /// After begin_stop(): waits until attempts in flight are recorded and hosts released. False: not within `grace`.
  bool drain(std::chrono::milliseconds grace);
  /// Waits without a limit: stop the exchanger first, attempts end as cancelled then and do not count. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::net
