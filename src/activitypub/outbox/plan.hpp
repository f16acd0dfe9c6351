#pragma once

#include "outbox/distribute.hpp"

#include "dunlin/base/id.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/service/environment.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::activitypub {

/// Who gets one activity: some by name, then whoever follows its actor, then whoever got what it is about.
struct Plan {
  jobs::NewActivity activity;
  std::map<std::string, std::vector<AccountId>> named;  // by inbox: those who are spoken to, looked at again when sent
  std::vector<std::string> inboxes;                     // of others, whatever becomes of them
  bool to_followers = false;
  bool only_followers = false;  // what is sent to followers is for them alone
  bool is_public = false;       // anybody may pass it on: it carries a proof
  bool to_relays = false;
  std::optional<AccountId> also_followers_of{};  // who have it from another account of ours
  std::optional<StatusId> status;                // what it is about, whose receivers are remembered
  bool reaches_all = false;                      // and goes to all of those
};

/// Makes the deliveries.
void carry_out(service::Environment& env, db::Tx& tx, Plan plan, Told what);

}  // namespace dunlin::activitypub
