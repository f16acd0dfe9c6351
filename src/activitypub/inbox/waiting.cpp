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

/// What an attempt makes of those it has taken.
struct Sorted {
  std::vector<store::VerdictOf> verdicts;
  std::vector<ActivityId> alone;    // they get jobs
  std::vector<ActivityId> repeats;  // of what was handled before: nothing is kept of them
};

/// One of them. Errors: conflict (it has to be handled apart, and all is begun anew).
Result<void> sort(service::Environment& env, service::Services& services, db::Tx& tx,
                  const store::InboundActivity& received, Sorted& sorted) {
  WatchedTx watched(tx);
  service::RemoteDocuments documents;
  const auto outcome = judge_activity(env, services, watched, documents, received);
  if (outcome) {
    sorted.verdicts.push_back(verdict_of(received.id, *outcome));
  } else if (!watched.wrote()) {
    sorted.alone.push_back(received.id);
  } else {
    return fail(Errc::conflict, "An activity has to be handled alone", received.id.str());
  }
  return {};
}

/// One attempt at all of them. `apart` grows by the one that spoilt it. Errors: conflict (again, with that one apart).
Result<std::size_t> attempt(service::Environment& env, service::Services& services, db::Tx& tx, bool together,
                            std::set<ActivityId>& apart) {
  const auto waiting = store::take_waiting_activities(tx, kMost);
  if (waiting.empty()) return 0;
  // Another process may have stored them, under a policy that this one does not know yet.
  FederationService::of(env).policies().refresh(tx);
  Sorted sorted;
  std::set<std::string_view> seen;
  for (const auto& [received, is_known] : waiting) {
    if (is_known || (received.uri && !seen.insert(*received.uri).second)) {
      sorted.repeats.push_back(received.id);
    } else if (!together || apart.contains(received.id)) {
      sorted.alone.push_back(received.id);
    } else if (const auto done = sort(env, services, tx, received, sorted); !done) {
      apart.insert(received.id);
      return std::unexpected(done.error());
    }
  }
  store::record_verdicts(tx, sorted.verdicts);
  store::set_aside_activities(tx, sorted.alone);
  store::forget_waiting_activities(tx, sorted.repeats);
  for (const ActivityId id : sorted.alone)
    FederationService::of(env).queue().enqueue(tx, {.kind = jobs::kProcessActivity, .payload = id.str()});
  return waiting.size();
}

}  // namespace

std::size_t handle_waiting(service::Environment& env, service::Services& services, db::Session& session,
                           Company company) {
  std::set<ActivityId> apart;
  for (int round = company == Company::together ? 0 : kRounds;; ++round) {
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
