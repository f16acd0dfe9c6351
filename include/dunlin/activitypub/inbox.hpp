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
#include <string_view>

namespace dunlin::activitypub {

/// What became of an activity. Append-only: stored as numbers (inbound_activities.verdict).
enum class Verdict : std::uint8_t {
  accepted = 0,
  duplicate = 1,  // its effect was there already
  ignored = 2,    // allowed, but it concerns nobody here, or is of a kind we do nothing with
  rejected = 3,   // its sender may not do this
};
const char* to_string(Verdict verdict);

/// Why, in one of few words: what can be counted and asked for. Append-only: stored as numbers
/// (inbound_activities.why).
enum class Reason : std::uint8_t {
  none = 0,
  known = 1,             // its effect was there
  taken_back = 2,        // undone or deleted before it came
  outdated = 3,          // no newer than what is here
  replayed = 4,          // received before, or proven too long ago
  nobody_concerned = 5,  // nobody here follows, is addressed or spoken of
  unsupported = 6,       // a kind with which nothing is done
  unknown = 7,           // what it is about is not here
  incomplete = 8,        // without what its kind needs
  unproven = 9,          // through somebody else, with nothing to check it by
  not_confirmed = 10,    // its origin says otherwise
  other_origin = 11,     // the ids lie on different servers
  not_theirs = 12,       // another actor's
  id_taken = 13,         // the id is that of something else
  not_asked = 14,        // an answer to nothing
  not_public = 15,       // what it is about is not for everybody, or not for its actor
  not_allowed = 16,      // by the one whom it concerns, or by a limit
  blocked = 17,          // by the one whom it concerns
  suspended = 18,        // an actor is
  domain_policy = 19,
  flood = 20,           // too often
  not_acceptable = 21,  // malformed, or its documents are not what they should be; the text says more
  given_up = 22,        // another server could not be asked for days
  bad_signature = 23,   // of the request
  rule = 24,            // of this instance (service/inbound_policy.hpp)
};
inline constexpr int kReasons = 25;
std::string_view to_string(Reason reason);

/// A verdict with its reason: what an admin reads when somebody asks why.
struct Outcome {
  Verdict verdict = Verdict::accepted;
  Reason why = Reason::none;
  std::string reason{};  // the same in a sentence, for people

  static Outcome accepted() { return {}; }
  static Outcome duplicate(Reason why, std::string reason) { return {Verdict::duplicate, why, std::move(reason)}; }
  static Outcome ignored(Reason why, std::string reason) { return {Verdict::ignored, why, std::move(reason)}; }
  static Outcome rejected(Reason why, std::string reason) { return {Verdict::rejected, why, std::move(reason)}; }
};

/// What a suspended actor may still send: it takes back and away, and never adds anything (CVE-2026-23961).
bool is_open_to_suspended(const Activity& activity);

/// Steps 12 to 14 of federation.md 3.1 for one stored activity, within one transaction: authority, relevance, effect.
/// It may run any number of times. Errors: need_remote (fetch and run again), remote_failed (try later).
Result<Outcome> judge_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                               service::RemoteDocuments& documents, const store::InboundActivity& received);
/// As it is stored.
store::VerdictOf verdict_of(ActivityId id, const Outcome& outcome);
/// The same as judge_activity(), and the verdict is stored.
Result<Outcome> process_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                                 service::RemoteDocuments& documents, const store::InboundActivity& received);

}  // namespace dunlin::activitypub
