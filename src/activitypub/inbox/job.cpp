#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/store/activities.hpp"

namespace dunlin::activitypub {

Result<void> run_process_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                                  service::RemoteDocuments& documents, std::string_view payload) {
  const auto id = ActivityId::parse(payload);
  const auto received = id ? store::find_unprocessed_activity(tx, *id) : std::nullopt;
  if (!received) return {};  // done before, by an attempt whose end was not recorded
  TRY(process_activity(env, services, tx, documents, *received));
  return {};
}

void give_up_activity(db::Tx& tx, std::string_view payload, const Error& error) {
  const auto id = ActivityId::parse(payload);
  if (!id || !store::find_unprocessed_activity(tx, *id)) return;
  const std::string& reason = error.detail.empty() ? error.message : error.detail;
  store::record_verdict(tx, verdict_of(*id, Outcome::ignored(Reason::given_up, "given up: " + reason)));
}

}  // namespace dunlin::activitypub
