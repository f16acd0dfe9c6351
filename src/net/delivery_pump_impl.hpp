#pragma once

#include "alarm.hpp"
#include "delivery_attempt.hpp"
#include "io_context.hpp"
#include "queue_call.hpp"
#include "semaphore.hpp"

#include "dunlin/net/delivery_pump.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::net {

enum class Lease : std::uint8_t { ours, leaving, gone };

/// A host while it is ours.
struct HostWork {
  HostLane host;
  std::deque<std::deque<PendingDelivery>> chains;  // of the batch at hand, by account
  int running = 0;                                 // chain coroutines
  int patient = 0;                                 // what waits without a slot
  int unrecorded = 0;                              // results not yet concluded
  bool halted = false;                             // a sign of trouble: nothing new until the queue has judged
  std::string no_room;                             // the URL that could not be attempted
  int pauses = 0;                                  // for want of room, one after the other
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
  [[nodiscard]] bool may_wait_beside(const HostWork& lane) const;
  asio::awaitable<void> wait_for_room(HostWork& lane);
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
  int patient = 0;       // exchanges and hosts that wait without a slot
  bool starved = false;  // hosts were left unclaimed for want of room
  bool crowded = false;  // there are more hosts than one look finds: the proven ones first
  std::optional<Time> next_due;
  std::atomic<bool> wake_posted{false};
  TaskGroup tasks;
  bool claiming = true;  // a lane may still begin
  bool stopping = false;
  bool stopped = false;  // by the owner's thread
};

}  // namespace dunlin::net
