#pragma once

#include "fake_exchanger.hpp"
#include "support.hpp"

#include "dunlin/base/clock.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/net/delivery_pump.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::net::test {

using namespace std::chrono_literals;

/// A queue in memory with the promises of the real one. Retries become due when `retry_due` is called.
class FakeQueue final : public DeliveryQueue {
 public:
  void add(const std::string& host, std::int64_t account, int count = 1) {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count; ++i) {
      jobs::Delivery row;
      row.id = DeliveryId{++last_id_};
      row.host = host;
      row.account_id = AccountId{account};
      row.inbox_url = "https://" + host + "/inbox/" + std::to_string(account) + "/" + std::to_string(last_id_);
      rows_.push_back({row, false});
    }
  }
  void prove(const std::string& host) {
    const std::lock_guard lock(mutex_);
    proven_.insert(host);
  }

  std::vector<HostLane> claim_hosts(db::Session&, int limit, bool proven_only) override {
    const std::lock_guard lock(mutex_);
    if (broken) throw db::Unavailable("gone");
    ++claims;
    std::vector<HostLane> claimed;
    for (const Row& row : rows_) {
      const std::string& host = row.delivery.host;
      if (row.waits || leased_.contains(host) || (proven_only && !proven_.contains(host))) continue;
      if (static_cast<int>(claimed.size()) == limit) break;
      leased_.insert(host);
      claimed.push_back({.host = host, .proven = proven_.contains(host), .allowed = per_host});
    }
    return claimed;
  }
  std::vector<std::string> renew_hosts(db::Session&, std::span<const std::string> hosts) override {
    const std::lock_guard lock(mutex_);
    ++renewals;
    return {hosts.begin(), hosts.end()};
  }
  std::vector<PendingDelivery> load_lane(db::Session&, const HostLane& lane) override {
    const std::lock_guard lock(mutex_);
    const std::string& host = lane.host;
    std::vector<PendingDelivery> batch;
    std::set<std::int64_t> blocked;
    for (const Row& row : rows_) {
      if (row.delivery.host != host) continue;
      if (row.waits) blocked.insert(row.delivery.account_id.value);
      if (blocked.contains(row.delivery.account_id.value) || batch.size() == 50) continue;
      batch.push_back({row.delivery, std::make_shared<const std::string>("body"), false});
    }
    return batch;
  }
  Conclusion conclude(db::Session&, std::span<const DeliveryResult> results,
                      std::span<const LeavingHost> leaving) override {
    const std::lock_guard lock(mutex_);
    if (broken) throw db::Unavailable("gone");
    ++conclusions;
    Conclusion concluded;
    for (const DeliveryResult& result : results) {
      const auto row = std::ranges::find(rows_, result.delivery.id, [](const Row& r) { return r.delivery.id; });
      if (row == rows_.end()) continue;
      recorded.push_back(result);
      if (result.judgement.verdict == jobs::Verdict::retry) {
        row->waits = true;
        ++row->delivery.attempts;
      } else {
        rows_.erase(row);
      }
      if (result.judgement.sign != jobs::HostSign::alive) concluded.allowed.emplace_back(result.delivery.host, 0);
    }
    for (const LeavingHost& leaver : leaving) {
      const auto is_due = [&](const Row& row) { return row.delivery.host == leaver.host && !row.waits; };
      if (leaver.if_idle && std::ranges::any_of(rows_, is_due)) {
        concluded.busy.push_back(leaver.host);
      } else {
        leased_.erase(leaver.host);
      }
    }
    return concluded;
  }
  std::optional<Time> next_delivery_at(db::Session&) override {
    ++questions;
    return std::nullopt;
  }
  Result<http::OutboundRequest> prepare(const PendingDelivery& delivery, SignatureScheme scheme) override {
    ++prepared;
    if (delivery.row.host == "unsignable.example") return fail(Errc::not_found, "no key");
    http::OutboundRequest request;
    request.method = http::Method::post;
    request.url = delivery.row.inbox_url;
    request.body = delivery.body;
    request.headers.add("Signature", scheme == SignatureScheme::cavage ? "cavage" : "rfc9421");
    return request;
  }

  void retry_due() {
    const std::lock_guard lock(mutex_);
    for (Row& row : rows_) row.waits = false;
  }
  [[nodiscard]] std::size_t left() const {
    const std::lock_guard lock(mutex_);
    return rows_.size();
  }
  [[nodiscard]] std::size_t leased() const {
    const std::lock_guard lock(mutex_);
    return leased_.size();
  }
  std::vector<DeliveryResult> results() const {
    const std::lock_guard lock(mutex_);
    return recorded;
  }

  std::atomic<bool> broken{false};
  std::atomic<int> renewals{0};
  std::atomic<int> conclusions{0};
  std::atomic<int> claims{0};
  std::atomic<int> questions{0};  // when something is due
  std::atomic<int> prepared{0};
  int per_host = 4;

 private:
  struct Row {
    jobs::Delivery delivery;
    bool waits;
  };
  mutable std::mutex mutex_;
  std::vector<Row> rows_;
  std::set<std::string> leased_;
  std::set<std::string> proven_;
  std::vector<DeliveryResult> recorded;
  std::int64_t last_id_ = 0;
};

struct Pumping {
  explicit Pumping(FakeExchanger::Behaviour behaviour, DeliveryPumpOptions options = {})
      : patience(options.patience),
        renew(options.renew),
        network(std::move(behaviour)),
        workers({}, no_sessions()),
        thread("outgoing"),
        pump(thread, network, workers, queue, clock, options) {}
  ~Pumping() {
    pump.begin_stop();
    while (!pump.drain(5ms)) network.release(std::unexpected(exchange_error(ExchangeFailure::cancelled, "")));
    workers.stop();
  }

  /// What would still happen within the patience has happened: that of everybody was over before the second renewal.
  void outlast_patience() {
    REQUIRE(patience < renew);
    const int before = queue.renewals;
    REQUIRE(eventually([&] { return queue.renewals >= before + 2; }));
  }

  const std::chrono::milliseconds patience;
  const std::chrono::milliseconds renew;
  SystemClock clock;
  FakeQueue queue;
  FakeExchanger network;
  Workers workers;
  IoThread thread;
  DeliveryPump pump;
};

inline std::string host_of(const http::OutboundRequest& request) {
  return Url::parse(request.url)->host;
}

/// Hosts of such names hold what they get, others take it.
inline FakeExchanger::Behaviour hang_where(std::string prefix) {
  return [prefix = std::move(prefix)](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
    if (host_of(request).starts_with(prefix)) return std::nullopt;
    return answer(202);
  };
}

/// "/inbox/<account>/<id>"
inline std::pair<std::string, int> account_and_id(const http::OutboundRequest& request) {
  const auto last = request.url.rfind('/');
  const auto before = request.url.rfind('/', last - 1);
  return {request.url.substr(before + 1, last - before - 1), std::stoi(request.url.substr(last + 1))};
}

}  // namespace dunlin::net::test
