#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"
#include "dunlin/store/activities.hpp"

#include <cstdint>
#include <string>

namespace dunlin::activitypub {

/// What became of an activity. Append-only: stored as numbers (inbound_activities.verdict).
enum class Verdict : std::uint8_t {
  accepted = 0,
  duplicate = 1,  // its effect was there already
  ignored = 2,    // allowed, but it concerns nobody here, or is of a kind we do nothing with
  rejected = 3,   // its sender may not do this
};
const char* to_string(Verdict verdict);

/// A verdict with its reason: what an admin reads when somebody asks why.
struct Outcome {
  Verdict verdict = Verdict::accepted;
  std::string reason;

  static Outcome accepted() { return {}; }
  static Outcome duplicate(std::string reason) { return {Verdict::duplicate, std::move(reason)}; }
  static Outcome ignored(std::string reason) { return {Verdict::ignored, std::move(reason)}; }
  static Outcome rejected(std::string reason) { return {Verdict::rejected, std::move(reason)}; }
};

/// What a suspended actor may still send: it takes back and away, and never adds anything (CVE-2026-23961).
bool is_open_to_suspended(const Activity& activity);

/// Steps 12 to 14 of federation.md 3.1 for one stored activity, within one transaction: authority, relevance, effect.
/// It may run any number of times. Errors: need_remote (fetch and run again), remote_failed (try later).
Result<Outcome> judge_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                               service::RemoteDocuments& documents, const store::InboundActivity& received);
/// The same, and its verdict is stored.
Result<Outcome> process_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                                 service::RemoteDocuments& documents, const store::InboundActivity& received);

}  // namespace dunlin::activitypub
