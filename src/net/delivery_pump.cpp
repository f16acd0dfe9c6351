#include "dunlin/net/delivery_pump.hpp"

#include "alarm.hpp"
#include "delivery_attempt.hpp"
#include "io_context.hpp"
#include "queue_call.hpp"
#include "semaphore.hpp"

#include "dunlin/base/log.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace dunlin::net {
namespace {

using namespace std::chrono_literals;

/// Wakes within this time share one look at the queue.
constexpr auto kLeastPause = 3ms;
constexpr auto kDuePause = 20ms;
/// A few results wait so long for others to be recorded with them; what a kill loses of them is sent again.
constexpr auto kGather = 3ms;
constexpr std::size_t kFewResults = 20;
constexpr std::size_t kMaxConclude = 200;
constexpr int kMaxClaim = 200;

enum class Lease : std::uint8_t { ours, leaving, gone };

/// A host while it is ours.
struct HostWork {
  HostLane host;
  std::deque<std::deque<PendingDelivery>> chains;  // of the batch at hand, by account
  int running = 0;                                 // chain coroutines
  int patient = 0;                                 // exchanges that wait without a slot
  int unrecorded = 0;                              // results not yet concluded
  bool halted = false;                             // a sign of trouble: nothing new until the queue has judged
  bool lost = false;                               // the lease is gone
  Lease lease = Lease::ours;
  std::optional<HostLane> again;  // claimed anew before we knew that it had been left
  Alarm changed;

  HostWork(HostLane claimed, const asio::any_io_executor& executor) : host(std::move(claimed)), changed(executor) {}
};

/// How many hosts may be claimed.
struct Room {
  int all = 0;
  int unproven = 0;
};

/// What one exchange holds while it is not long under way.
struct Turn {
  Semaphore::Permit slot;
  Semaphore::Permit unproven;
  bool over = false;
  bool patient = false;  // without a slot by now
};

std::deque<std::deque<PendingDelivery>> by_account(std::vector<PendingDelivery> batch) {
  std::deque<std::deque<PendingDelivery>> chains;
  std::map<AccountId, std::size_t> place;
  for (PendingDelivery& delivery : batch) {
    const auto [found, is_new] = place.emplace(delivery.row.account_id, chains.size());
    if (is_new) chains.emplace_back();
    chains[found->second].push_back(std::move(delivery));
  }
  return chains;
}

}  // namespace

struct DeliveryPump::Impl {
  Impl(IoThread& io_thread, Exchanger& with, Workers& pools, DeliveryQueue& deliveries, const Clock& wall_clock,
       DeliveryPumpOptions pump_options)
      : thread(io_thread),
        executor(thread.impl().context.get_executor()),
        exchanger(with),
        workers(pools),
        queue(deliveries),
        clock(wall_clock),
        options(pump_options),
        slots(executor, static_cast<std::size_t>(std::max(options.concurrency, 1))),
        unproven_slots(executor, static_cast<std::size_t>(std::max(options.concurrency / 2, 1))),
        look(executor),
        record(executor),
        renewal(executor) {}

  asio::awaitable<void> claim_loop();
  asio::awaitable<void> record_loop();
  asio::awaitable<void> renew_loop();
  void begin(HostLane host);
  asio::awaitable<void> serve(std::shared_ptr<HostWork> lane);
  asio::awaitable<void> run_chains(std::shared_ptr<HostWork> lane);
  asio::awaitable<bool> run_one(HostWork& lane, PendingDelivery delivery);
  asio::awaitable<bool> load(HostWork& lane);
  asio::awaitable<bool> leave(HostWork& lane, bool if_idle);
  asio::awaitable<std::optional<int>> claim(int limit, bool proven_only);
  asio::awaitable<std::optional<bool>> claim_all();
  asio::awaitable<std::chrono::milliseconds> pause();
  void limit_turn(HostWork& lane, const std::shared_ptr<Turn>& turn, asio::steady_timer& timer);
  void wait_without_slot(HostWork& lane, Turn& turn);
  asio::awaitable<void> sleep(std::chrono::milliseconds time);
  [[nodiscard]] Room room() const;
  void note(HostWork& lane, const DeliveryResult& result);
  void tell_lanes(const std::vector<DeliveryResult>& recorded, const std::vector<LeavingHost>& going,
                  const Conclusion& concluded);

  IoThread& thread;
  asio::any_io_executor executor;
  Exchanger& exchanger;
  Workers& workers;
  DeliveryQueue& queue;
  const Clock& clock;
  const DeliveryPumpOptions options;
  /// Whoever has no proof of life first needs a slot of the smaller set: hosts that hang cannot take all.
  Semaphore slots;
  Semaphore unproven_slots;
  Alarm look;
  Alarm record;
  Alarm renewal;
  std::map<std::string, std::shared_ptr<HostWork>> lanes;
  std::deque<DeliveryResult> results;
  std::vector<LeavingHost> leaving;
  std::uint64_t wakes = 0;
  int patient = 0;       // exchanges that wait without a slot
  bool starved = false;  // hosts were left unclaimed for want of room
  bool crowded = false;  // there are more hosts than one look finds: the proven ones first
  std::optional<Time> next_due;
  std::atomic<bool> wake_posted{false};
  TaskGroup tasks;
  bool claiming = true;  // a lane may still begin
  bool stopping = false;
  bool stopped = false;  // by the owner's thread
};

/// Half of the lanes, as of the slots, is for hosts that are known to answer. A host that is waited for takes none.
Room DeliveryPump::Impl::room() const {
  Room left{.all = options.max_hosts, .unproven = std::max(options.max_hosts / 2, 1)};
  for (const auto& [host, lane] : lanes) {
    if (lane->patient > 0) continue;
    --left.all;
    if (!lane->host.proven) --left.unproven;
  }
  return left;
}

asio::awaitable<void> DeliveryPump::Impl::sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(executor, time);
  static_cast<void>(co_await timer.async_wait(asio::as_tuple(asio::use_awaitable)));
}

/// How many were claimed; nullopt: the queue could not be asked.
asio::awaitable<std::optional<int>> DeliveryPump::Impl::claim(int limit, bool proven_only) {
  std::optional<int> count = 0;
  if (limit <= 0) co_return count;
  auto claimed = co_await on_worker<std::vector<HostLane>>(
      workers, Lane::jobs, "claim hosts",
      [&](db::Session& session) { return queue.claim_hosts(session, limit, proven_only); });
  if (!claimed) {
    count.reset();
    co_return count;
  }
  count = static_cast<int>(claimed->size());
  for (HostLane& host : *claimed) {
    const auto old = lanes.find(host.host);
    if (old == lanes.end()) {
      begin(std::move(host));
    } else if (old->second->lease == Lease::leaving) {
      old->second->again = std::move(host);
    }
  }
  co_return count;
}

void DeliveryPump::Impl::begin(HostLane host) {
  const std::string name = host.host;
  const auto lane = std::make_shared<HostWork>(std::move(host), executor);
  lanes.emplace(name, lane);
  spawn(tasks, executor, "delivery-lane", serve(lane));
}

/// Claims what there is room for; true: there may be more. nullopt: the queue could not be asked.
asio::awaitable<std::optional<bool>> DeliveryPump::Impl::claim_all() {
  std::optional<bool> more = false;
  const auto free = room();
  const int most = std::min(free.all, kMaxClaim);
  starved = free.all <= 0 || free.unproven <= 0;
  // Most of the time all that waits is a few hosts: one look finds them, whoever they are.
  const int few = std::min(most, free.unproven);
  if (!crowded && few > 0) {
    const auto any = co_await claim(few, false);
    if (!any) co_return std::nullopt;
    crowded = *any >= few;
    more = crowded;
    co_return more;
  }
  // Those that are known to answer come first.
  const auto proven = co_await claim(most, true);
  if (!proven) co_return std::nullopt;
  const int limit = std::min(most - *proven, free.unproven);
  const auto others = co_await claim(limit, false);
  if (!others) co_return std::nullopt;
  more = most > 0 && (*proven >= most || (limit > 0 && *others >= limit));
  crowded = *more || starved;
  co_return more;
}

/// How long nothing is due, as far as is known.
asio::awaitable<std::chrono::milliseconds> DeliveryPump::Impl::pause() {
  const Time now = clock.now();
  // What is enqueued is due at once and wakes; what fails has the time asked again.
  if (!next_due || *next_due <= now) {
    const auto next = co_await on_worker<std::optional<Time>>(
        workers, Lane::jobs, "next delivery", [&](db::Session& session) { return queue.next_delivery_at(session); });
    if (!next) co_return options.database_pause;
    next_due = std::min(next->value_or(Time::max()), clock.now() + options.poll);
  }
  // What is due and was not claimed is held back by something that only time or a wake changes.
  co_return std::max<std::chrono::milliseconds>(pause_until(*next_due, clock.now(), options.poll), kDuePause);
}

asio::awaitable<void> DeliveryPump::Impl::claim_loop() {
  while (!stopping) {
    const auto more = co_await claim_all();
    if (more.value_or(false)) continue;
    auto time = options.database_pause;
    if (more) time = starved ? options.poll : co_await pause();
    if (stopping) break;
    co_await look.wait_for(time);
    if (!stopping) co_await sleep(starved ? kDuePause : kLeastPause);
  }
  claiming = false;
  record.ring();
  renewal.ring();
}

asio::awaitable<void> DeliveryPump::Impl::serve(std::shared_ptr<HostWork> lane) {
  lane->chains = by_account(std::move(lane->host.due));
  bool failed = false;
  std::uint64_t wakes_before = wakes;
  while (!stopping && !lane->lost && lane->host.allowed > 0) {
    wakes_before = wakes;
    if (lane->chains.empty()) {
      const bool loaded = co_await load(*lane);
      if (!loaded) break;
    }
    lane->halted = false;
    const int coroutines = std::min({lane->host.allowed, options.per_host, static_cast<int>(lane->chains.size())});
    lane->running = coroutines;
    for (int i = 0; i < coroutines; ++i) spawn(tasks, executor, "delivery-chain", run_chains(lane));
    while (lane->running > 0) co_await lane->changed.wait_for(1min);
    lane->chains.clear();
    if (!lane->halted && !lane->lost && !stopping) {
      // What was loaded has been sent: recorded and left in one go, unless more is due.
      wakes_before = wakes;
      const bool left = co_await leave(*lane, true);
      if (left) break;
    }
    while (lane->unrecorded > 0) co_await lane->changed.wait_for(1min);
    // Not halted: the host answers, a half-open one is well again. Halted: conclude() has set what is allowed.
    failed = failed || lane->halted;
    if (!lane->halted) lane->host.allowed = options.per_host;
  }
  if (lane->lease == Lease::ours) std::ignore = co_await leave(*lane, false);
  // What came for this host while it was being left is nobody's yet; what failed has a new time.
  if (failed) next_due.reset();
  if (failed || starved || wakes != wakes_before) look.ring();
  if (!stopping) co_return;
  record.ring();
  renewal.ring();
}

asio::awaitable<bool> DeliveryPump::Impl::load(HostWork& lane) {
  auto batch = co_await on_worker<std::vector<PendingDelivery>>(
      workers, Lane::jobs, "load lane", [&](db::Session& session) { return queue.load_lane(session, lane.host); });
  if (!batch || batch->empty()) co_return false;
  lane.chains = by_account(*std::move(batch));
  co_return true;
}

/// After the lane's results. False: something is due, the host stays ours.
asio::awaitable<bool> DeliveryPump::Impl::leave(HostWork& lane, bool if_idle) {
  lane.lease = Lease::leaving;
  leaving.push_back({lane.host.host, if_idle});
  record.ring();
  while (lane.lease == Lease::leaving) co_await lane.changed.wait_for(1min);
  co_return lane.lease == Lease::gone;
}

asio::awaitable<void> DeliveryPump::Impl::run_chains(std::shared_ptr<HostWork> lane) {
  while (!lane->chains.empty() && !lane->halted && !lane->lost && !stopping) {
    auto chain = std::move(lane->chains.front());
    lane->chains.pop_front();
    while (!chain.empty() && !lane->halted && !lane->lost && !stopping) {
      PendingDelivery delivery = std::move(chain.front());
      chain.pop_front();
      const bool go_on = co_await run_one(*lane, std::move(delivery));
      if (!go_on) break;
    }
  }
  --lane->running;
  lane->changed.ring();
}

/// Takes the slot back from an exchange that has had its time.
void DeliveryPump::Impl::limit_turn(HostWork& lane, const std::shared_ptr<Turn>& turn, asio::steady_timer& timer) {
  timer.async_wait([this, &lane, turn](const boost::system::error_code& ec) {
    if (ec || turn->over) return;
    // A quarter of the places is for hosts that are known to answer.
    const int places = lane.host.proven ? options.max_patient : options.max_patient - options.max_patient / 4;
    if (patient < places) wait_without_slot(lane, *turn);
  });
}

void DeliveryPump::Impl::wait_without_slot(HostWork& lane, Turn& turn) {
  ++patient;
  ++lane.patient;
  turn.patient = true;
  turn.slot.release();
  turn.unproven.release();
  if (starved) look.ring();
}

/// False: what follows of this account has to wait.
asio::awaitable<bool> DeliveryPump::Impl::run_one(HostWork& lane, PendingDelivery delivery) {
  const auto turn = std::make_shared<Turn>();
  if (!lane.host.proven) {
    turn->unproven = co_await unproven_slots.acquire();
    if (!turn->unproven.granted()) co_return false;
  }
  turn->slot = co_await slots.acquire();
  if (!turn->slot.granted() || stopping || lane.halted || lane.lost) co_return false;
  asio::steady_timer timer(executor, options.patience);
  limit_turn(lane, turn, timer);
  const AttemptContext context{exchanger, workers, queue, clock, options.retry_scale};
  auto result = co_await attempt_delivery(context, std::move(delivery), lane.host.scheme);
  turn->over = true;
  if (turn->patient) {
    --patient;
    --lane.patient;
  }
  if (!result) {
    lane.halted = true;
    lane.host.allowed = 0;
    co_return false;
  }
  const bool go_on = result->judgement.verdict != jobs::Verdict::retry;
  note(lane, *result);
  results.push_back(*std::move(result));
  record.ring();
  co_return go_on;
}

void DeliveryPump::Impl::note(HostWork& lane, const DeliveryResult& result) {
  ++lane.unrecorded;
  const jobs::Judgement& judgement = result.judgement;
  if (judgement.sign == jobs::HostSign::alive && !judgement.host_waits_until) {
    lane.host.proven = true;
  } else if (judgement.sign != jobs::HostSign::none) {
    lane.host.proven = false;
    lane.halted = true;
    lane.host.allowed = 0;  // until conclude() says otherwise
  }
  if (judgement.verdict == jobs::Verdict::host_gone) {
    lane.halted = true;
    lane.host.allowed = 0;
  }
  if (result.learned) lane.host.scheme = *result.learned;
  if (judgement.verdict == jobs::Verdict::done) {
    log::debug("delivered", {log::kv("inbox", result.delivery.inbox_url), log::kv("id", result.delivery.id.value)});
  } else {
    log::info("delivery failed", {log::kv("inbox", result.delivery.inbox_url), log::kv("id", result.delivery.id.value),
                                  log::kv("attempt", result.delivery.attempts + 1), log::kv("why", judgement.reason),
                                  log::kv("next", judgement.verdict == jobs::Verdict::retry ? "retry" : "given up")});
  }
}

/// One writer for the results of all lanes: what came in a short while, or while it recorded the last, is recorded
/// together.
asio::awaitable<void> DeliveryPump::Impl::record_loop() {
  for (;;) {
    if (results.empty() && leaving.empty()) {
      if (stopping && !claiming && lanes.empty()) break;
      co_await record.wait_for(1min);
      continue;
    }
    if (!stopping && results.size() + leaving.size() < kFewResults) co_await sleep(kGather);
    const auto count = static_cast<std::ptrdiff_t>(std::min(results.size(), kMaxConclude));
    const std::vector<DeliveryResult> batch(results.begin(), results.begin() + count);
    // Who leaves has its results among these, or recorded before.
    std::vector<LeavingHost> going;
    if (results.size() <= kMaxConclude) going = leaving;
    const auto concluded =
        co_await on_worker<Conclusion>(workers, Lane::jobs, "record deliveries",
                                       [&](db::Session& session) { return queue.conclude(session, batch, going); });
    if (!concluded) {
      // The results are facts: they wait for the database. What a stop loses is sent again: at least once.
      co_await sleep(options.database_pause);
      if (!stopping) continue;
      log::info("leases are left to lapse", {log::kv("hosts", going.size())});
    }
    results.erase(results.begin(), results.begin() + count);
    leaving.erase(leaving.begin(), leaving.begin() + static_cast<std::ptrdiff_t>(going.size()));
    tell_lanes(batch, going, concluded.value_or(Conclusion{}));
  }
}

void DeliveryPump::Impl::tell_lanes(const std::vector<DeliveryResult>& recorded, const std::vector<LeavingHost>& going,
                                    const Conclusion& concluded) {
  const auto lane_of = [this](const std::string& host) {
    const auto found = lanes.find(host);
    return found == lanes.end() ? nullptr : found->second.get();
  };
  for (const auto& [host, allowed] : concluded.allowed) {
    if (auto* lane = lane_of(host)) lane->host.allowed = allowed;
  }
  for (const DeliveryResult& result : recorded) {
    auto* lane = lane_of(result.delivery.host);
    if (lane == nullptr) continue;
    --lane->unrecorded;
    lane->changed.ring();
  }
  for (const LeavingHost& leaver : going) {
    const auto found = lanes.find(leaver.host);
    if (found == lanes.end()) continue;
    const auto lane = found->second;
    const bool stays = std::ranges::find(concluded.busy, leaver.host) != concluded.busy.end();
    lane->lease = stays ? Lease::ours : Lease::gone;
    lane->changed.ring();
    if (stays) {
      lane->again.reset();
      continue;
    }
    // At once: the host is free in the queue, and may be claimed again before the lane's coroutine goes on.
    lanes.erase(found);
    if (lane->again) begin(*std::move(lane->again));
  }
}

asio::awaitable<void> DeliveryPump::Impl::renew_loop() {
  while (!stopping || !lanes.empty()) {
    co_await renewal.wait_for(stopping ? std::min<std::chrono::milliseconds>(options.renew, 100ms) : options.renew);
    if (lanes.empty()) continue;
    std::vector<std::string> hosts;
    for (const auto& [host, lane] : lanes) hosts.push_back(host);
    const auto kept = co_await on_worker<std::vector<std::string>>(
        workers, Lane::jobs, "renew leases", [&](db::Session& session) { return queue.renew_hosts(session, hosts); });
    if (!kept) continue;
    const std::set<std::string> ours(kept->begin(), kept->end());
    for (const std::string& host : hosts) {
      const auto lane = lanes.find(host);
      if (lane != lanes.end() && !ours.contains(host)) lane->second->lost = true;
    }
  }
}

DeliveryPump::DeliveryPump(IoThread& thread, Exchanger& exchanger, Workers& workers, DeliveryQueue& queue,
                           const Clock& clock, DeliveryPumpOptions options)
    : impl_(std::make_unique<Impl>(thread, exchanger, workers, queue, clock, options)) {}

DeliveryPump::~DeliveryPump() {
  stop();
}

void DeliveryPump::start() {
  impl_->thread.run([impl = impl_.get()] {
    spawn(impl->tasks, impl->executor, "delivery-claim", impl->claim_loop());
    spawn(impl->tasks, impl->executor, "delivery-record", impl->record_loop());
    spawn(impl->tasks, impl->executor, "delivery-renew", impl->renew_loop());
  });
}

void DeliveryPump::wake() {
  if (impl_->wake_posted.exchange(true)) return;
  impl_->thread.post([impl = impl_.get()] {
    impl->wake_posted = false;
    ++impl->wakes;
    impl->look.ring();
  });
}

void DeliveryPump::begin_stop() {
  impl_->thread.run([impl = impl_.get()] {
    impl->stopping = true;
    impl->look.ring();
    impl->record.ring();
    impl->renewal.ring();
    impl->slots.close();
    impl->unproven_slots.close();
  });
}

bool DeliveryPump::drain(std::chrono::milliseconds grace) {
  return impl_->tasks.wait_until(std::chrono::steady_clock::now() + grace);
}

void DeliveryPump::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  begin_stop();
  impl_->tasks.wait();
}

}  // namespace dunlin::net
