#include "fake_exchanger.hpp"
#include "support.hpp"

#include "dunlin/base/clock.hpp"
#include "dunlin/net/delivery_pump.hpp"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

namespace {

constexpr const char* kHost = "a.example";

/// One host. When it is let go for the first time something new comes for it at once, and is claimed before the pump
/// hears that the host was let go.
class CrossingQueue final : public DeliveryQueue {
 public:
  DeliveryPump* pump = nullptr;
  std::optional<Errc> error;  // what prepare() says
  std::function<void()> while_claiming;

  std::vector<HostLane> claim_hosts(db::Session&, int, bool) override {
    std::unique_lock lock(mutex_);
    if (due_ == 0 || leased_) return {};
    leased_ = true;
    ++claims_;
    changed_.notify_all();
    std::vector<HostLane> lanes;
    lanes.push_back({.host = kHost, .proven = true, .due = take()});
    lock.unlock();
    if (while_claiming) while_claiming();
    return lanes;
  }
  std::vector<std::string> renew_hosts(db::Session&, std::span<const std::string> hosts) override {
    return {hosts.begin(), hosts.end()};
  }
  std::vector<PendingDelivery> load_lane(db::Session&, const HostLane&) override {
    const std::lock_guard lock(mutex_);
    return take();
  }
  Conclusion conclude(db::Session&, std::span<const DeliveryResult> results,
                      std::span<const LeavingHost> leaving) override {
    std::unique_lock lock(mutex_);
    for (const auto& result : results) results_.push_back(result);
    if (leaving.empty()) return {};
    leased_ = false;
    left_ = true;
    if (std::exchange(crossed_, true) || while_claiming) return {};
    due_ = 1;
    pump->wake();
    changed_.wait_for(lock, 5s, [&] { return claims_ == 2; });
    lock.unlock();
    std::this_thread::sleep_for(50ms);  // until the pump has heard of the claim
    return {};
  }
  std::optional<Time> next_delivery_at(db::Session&) override { return std::nullopt; }
  Result<http::OutboundRequest> prepare(const PendingDelivery& delivery, SignatureScheme) override {
    if (error) return fail(*error, "no key");
    http::OutboundRequest request;
    request.method = http::Method::post;
    request.url = delivery.row.inbox_url;
    request.body = delivery.body;
    return request;
  }
  bool has_been_left() const {
    const std::lock_guard lock(mutex_);
    return left_;
  }
  std::vector<DeliveryResult> results() const {
    const std::lock_guard lock(mutex_);
    return results_;
  }

 private:
  std::vector<PendingDelivery> take() {
    std::vector<PendingDelivery> batch;
    for (; due_ > 0; --due_) {
      jobs::Delivery row;
      row.id = DeliveryId{++last_id_};
      row.host = kHost;
      row.account_id = AccountId{1};
      row.inbox_url = "https://a.example/inbox";
      batch.push_back({.row = row, .body = std::make_shared<const std::string>("body")});
    }
    return batch;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int due_ = 1;
  int claims_ = 0;
  std::int64_t last_id_ = 0;
  bool leased_ = false;
  bool crossed_ = false;
  bool left_ = false;
  std::vector<DeliveryResult> results_;
};

struct Crossing {
  Crossing() { queue.pump = &pump; }
  ~Crossing() {
    pump.stop();
    workers.stop();
  }

  SystemClock clock;
  CrossingQueue queue;
  FakeExchanger network{[](const auto&) { return answer(202); }};
  Workers workers{{}, no_sessions()};
  IoThread thread{"outgoing"};
  DeliveryPump pump{thread, network, workers, queue, clock, {}};
};

}  // namespace

TEST_CASE("a host that is claimed again while it is being let go is served", "[net][delivery]") {
  Crossing c;
  c.pump.start();
  CHECK(eventually([&] { return c.network.asked().size() == 2; }));
}

TEST_CASE("a host that is claimed while the pump is being stopped is let go again", "[net][delivery]") {
  Crossing c;
  c.queue.while_claiming = [&] {
    c.pump.begin_stop();
    std::this_thread::sleep_for(50ms);
  };
  c.pump.start();
  REQUIRE(eventually([&] { return c.queue.has_been_left(); }));
  CHECK(c.pump.drain(5s));
}

TEST_CASE("what cannot be signed for now is tried again, and says nothing of the host", "[net][delivery]") {
  Crossing c;
  c.queue.error = GENERATE(Errc::internal, Errc::unavailable, Errc::not_found, Errc::forbidden);
  const bool for_now = c.queue.error == Errc::internal || c.queue.error == Errc::unavailable;
  c.pump.start();
  REQUIRE(eventually([&] { return !c.queue.results().empty(); }));
  const auto judgement = c.queue.results()[0].judgement;
  CHECK(judgement.verdict == (for_now ? jobs::Verdict::retry : jobs::Verdict::drop));
  CHECK(judgement.retry_at.has_value() == for_now);
  CHECK(judgement.sign == jobs::HostSign::none);
  CHECK(c.network.asked().empty());
}
