#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/activitypub/intake.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/jobs/queue.hpp"

#include <exception>
#include <set>
#include <string_view>
#include <vector>

namespace dunlin::activitypub {

namespace {

constexpr int kMost = 50;
/// After so many attempts at doing them together each goes its own way.
constexpr int kRounds = 3;

/// Knows whether a handler that failed has left anything behind.
class WatchedTx final : public db::Tx {
 public:
  explicit WatchedTx(db::Tx& tx) : tx_(tx) {}

  using Tx::exec;
  db::Rows exec(const db::Statement& statement, std::span<const db::Param> params) override {
    std::string_view sql(statement.sql());
    sql.remove_prefix(std::min(sql.find_first_not_of(" \n"), sql.size()));
    if (!sql.starts_with("SELECT")) wrote_ = true;
    return tx_.exec(statement, params);
  }
  void after_commit(std::function<void()> action) override {
    wrote_ = true;
    tx_.after_commit(std::move(action));
  }
  Time now() const override { return tx_.now(); }

  [[nodiscard]] bool wrote() const { return wrote_; }

 private:
  db::Tx& tx_;
  bool wrote_ = false;
};

/// One attempt at all of them. `apart` grows by the one that spoilt it. Errors: conflict (again, with that one apart).
Result<std::size_t> attempt(service::Environment& env, service::Services& services, db::Tx& tx, bool together,
                            std::set<ActivityId>& apart) {
  const auto waiting = store::take_waiting_activities(tx, kMost);
  // Another process may have stored them, under a policy that this one does not know yet.
  if (!waiting.empty()) FederationService::of(env).policies().refresh(tx);
  std::vector<store::VerdictOf> verdicts;
  std::vector<ActivityId> alone;
  for (const store::InboundActivity& received : waiting) {
    if (!together || apart.contains(received.id)) {
      alone.push_back(received.id);
      continue;
    }
    WatchedTx watched(tx);
    service::RemoteDocuments documents;
    const auto outcome = judge_activity(env, services, watched, documents, received);
    if (outcome) {
      verdicts.push_back(verdict_of(received.id, *outcome));
      continue;
    }
    if (watched.wrote()) {
      apart.insert(received.id);
      return fail(Errc::conflict, "An activity has to be handled alone", received.id.str());
    }
    alone.push_back(received.id);
  }
  store::record_verdicts(tx, verdicts);
  store::stop_waiting(tx, alone);
  for (const ActivityId id : alone)
    FederationService::of(env).queue().enqueue(tx, {.kind = jobs::kProcessActivity, .payload = id.str()});
  return waiting.size();
}

}  // namespace

std::size_t handle_waiting(service::Environment& env, service::Services& services, db::Session& session) {
  std::set<ActivityId> apart;
  for (int round = 0;; ++round) {
    const bool together = round < kRounds;
    try {
      const auto done = session.write([&](db::Tx& tx) { return attempt(env, services, tx, together, apart); });
      if (done) return *done;
    } catch (const db::Unavailable&) {
      throw;
    } catch (const std::exception& e) {
      if (!together) throw;
      log::warn("activities could not be handled together", {log::kv("why", e.what())});
      round = kRounds - 1;
    }
  }
}

}  // namespace dunlin::activitypub
