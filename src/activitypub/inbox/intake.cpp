#include "dunlin/activitypub/intake.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/http_signature.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace dunlin::activitypub {

std::string receipt_name(const std::string& id, std::string_view signer_uri) {
  const bool is_below = id.starts_with(signer_uri) && id.size() > signer_uri.size() &&
                        std::string_view("/#?").contains(id[signer_uri.size()]);
  return is_below ? id : id + " " + text::hex_encode(crypto::sha256(signer_uri));
}

std::optional<std::string> receipt_of(const Activity& activity, std::string_view signer_uri,
                                      std::string_view signature) {
  if (activity.actor != signer_uri) return std::nullopt;
  if (!activity.id.empty() && !same_origin(activity.id, activity.actor)) return std::nullopt;
  if (!activity.id.empty() && activity.type != ActivityType::follow) return receipt_name(activity.id, signer_uri);
  // No id has a space in it.
  return (activity.id.empty() ? activity.actor : activity.id) + " " + text::hex_encode(crypto::sha256(signature));
}

namespace {

/// What is learned of a host is written down once in a while: a statement less for most batches.
bool is_due(FederationService& federation, const std::string& host, std::string_view what) {
  constexpr std::chrono::seconds kPause{5};
  return federation.inbox_limiter().allow(host + " " + std::string(what), 1, kPause);
}

void note_hosts(db::Tx& tx, FederationService& federation, const std::set<std::string>& alive,
                const std::set<std::string>& by_rfc9421) {
  const auto unknown =
      jobs::list_without_signature_scheme(tx, std::vector<std::string>(by_rfc9421.begin(), by_rfc9421.end()));
  if (!unknown.empty()) {
    // Two statements lock rows of hosts: all of them at once, in their order (jobs/deliveries.hpp).
    std::set<std::string> all = alive;
    all.insert(unknown.begin(), unknown.end());
    jobs::lock_hosts(tx, std::vector<std::string>(all.begin(), all.end()));
  }
  federation.deliveries().hosts_spoke(tx, std::vector<std::string>(alive.begin(), alive.end()));
  jobs::learn_signature_scheme(tx, unknown, static_cast<int>(crypto::SignatureScheme::rfc9421));
}

}  // namespace

std::vector<Taken> store_intakes(service::Environment& env, db::Tx& tx, std::span<const Intake> intakes) {
  FederationService& federation = FederationService::of(env);
  federation.policies().refresh(tx);
  std::vector<store::WaitingActivity> rows;
  rows.reserve(intakes.size());
  for (const Intake& intake : intakes) {
    if (!federation.policies().may_federate(intake.row.host)) continue;
    rows.push_back({.activity = intake.row, .key_id = intake.key_id, .key_fetched_at = intake.key_fetched_at});
  }
  const auto valid = store::insert_waiting_activities(tx, rows);
  std::vector<Taken> result(intakes.size(), Taken::stale);
  std::set<std::string> seen;
  std::set<std::string> alive;
  std::set<std::string> by_rfc9421;
  for (std::size_t i = 0; i < intakes.size(); ++i) {
    if (!std::ranges::binary_search(valid, intakes[i].row.id)) continue;
    result[i] = Taken::stored;
    const std::string& host = intakes[i].row.host;
    if (seen.insert(host).second && is_due(federation, host, "alive")) alive.insert(host);
    if (intakes[i].rfc9421 && is_due(federation, host, "rfc9421")) by_rfc9421.insert(host);
  }
  note_hosts(tx, federation, alive, by_rfc9421);
  return result;
}

}  // namespace dunlin::activitypub
