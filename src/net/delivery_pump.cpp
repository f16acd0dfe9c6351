#include "delivery_pump_impl.hpp"

#include "dunlin/base/log.hpp"

#include <algorithm>
#include <set>
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

}  // namespace

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
    for (const auto& [host, lane] : impl->lanes) lane->changed.ring();
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
