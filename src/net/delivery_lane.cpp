#include "delivery_pump_impl.hpp"

#include "dunlin/base/log.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

// What happens with a host while it is ours.
namespace dunlin::net {
namespace {

using namespace std::chrono_literals;

/// However a coroutine ends, also by an exception (no memory): else its lane would wait for it for ever.
template <class F>
class AtEnd {
 public:
  explicit AtEnd(F act) : act_(std::move(act)) {}
  ~AtEnd() { act_(); }
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  AtEnd(AtEnd&&) = delete;
  AtEnd& operator=(AtEnd&&) = delete;

 private:
  F act_;
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
    lane->no_room.clear();
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
    // Not halted: the host answers, a half-open one is well again. Halted: conclude() has set what is allowed, or
    // nothing was asked of it.
    failed = failed || lane->halted;
    if (!lane->no_room.empty() && lane->host.allowed > 0) {
      co_await wait_for_room(*lane);
      continue;
    }
    lane->pauses = 0;
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
  const AtEnd counted_out([&] {
    --lane->running;
    lane->changed.ring();
  });
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
}

/// Nothing is signed until there is room.
asio::awaitable<void> DeliveryPump::Impl::wait_for_room(HostWork& lane) {
  constexpr int kMostDoublings = 5;
  const bool beside = may_wait_beside(lane);
  if (beside) {
    ++patient;
    ++lane.patient;
    if (starved) look.ring();
  }
  do {
    const auto until = std::chrono::steady_clock::now() +
                       options.room_pause * (1U << static_cast<unsigned>(std::min(lane.pauses++, kMostDoublings)));
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left <= 0ms || stopping || lane.lost) break;
      co_await lane.changed.wait_for(left);
    }
  } while (!stopping && !lane.lost && !exchanger.has_room(lane.no_room));
  if (!beside) co_return;
  --patient;
  --lane.patient;
}

/// A quarter of the places is for hosts that are known to answer.
bool DeliveryPump::Impl::may_wait_beside(const HostWork& lane) const {
  return patient < (lane.host.proven ? options.max_patient : options.max_patient - options.max_patient / 4);
}

/// Takes the slot back from an exchange that has had its time.
void DeliveryPump::Impl::limit_turn(HostWork& lane, const std::shared_ptr<Turn>& turn, asio::steady_timer& timer) {
  timer.async_wait([this, &lane, turn](const boost::system::error_code& ec) {
    if (ec || turn->over) return;
    if (may_wait_beside(lane)) wait_without_slot(lane, *turn);
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
  std::string url = delivery.row.inbox_url;
  const AtEnd turn_over([&] {
    turn->over = true;
    if (!turn->patient) return;
    --patient;
    --lane.patient;
  });
  auto result = co_await attempt_delivery(context, std::move(delivery), lane.host.scheme);
  if (!result) {
    lane.halted = true;
    lane.no_room = std::move(url);
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

}  // namespace dunlin::net
