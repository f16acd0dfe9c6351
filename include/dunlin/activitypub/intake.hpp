#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/services.hpp"
#include "dunlin/store/activities.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The way of activities into the database and through their handlers in company: many in one transaction.
namespace dunlin::activitypub {

/// The id under which a second copy is recognised, for seven days; nullopt: under none. Only what is proven to be its
/// actor's own counts: else anybody could use up a victim's next id. A Follow may come again, as its Accept may have
/// been lost, and some come without an id: of those a copy of the very request is known by its signature.
std::optional<std::string> receipt_of(const Activity& activity, std::string_view signer_uri,
                                      std::string_view signature);

/// What is kept of an id as its signer's own. One that does not begin with the signer's id could be anybody's on that
/// server, and says by whom it was used, so that one of its people does not use up the next id of another. In the
/// manner of a Follow's, which store::was_received() finds.
std::string receipt_name(const std::string& id, std::string_view signer_uri);

/// An activity whose signature holds by what this process knows of its signer.
struct Intake {
  store::InboundActivity row;
  std::string key_id;
  Time key_fetched_at;
  bool rfc9421 = false;  // how it was signed
};

enum class Taken : std::uint8_t {
  stored,  // or there already
  stale,   // the key, its owner or the policy has changed: to be looked at anew
};

/// Stores them all, to be handled by handle_waiting(); in the order given. The key and its owner are looked at in the
/// same statement: nothing is stored on the strength of what has been taken back since.
std::vector<Taken> store_intakes(service::Environment& env, db::Tx& tx, std::span<const Intake> intakes);

/// `apart`: each by a job of its own, whose attempts are counted; for when one of them may be what ends the process or
/// its database connection each time.
enum class Company : std::uint8_t { together, apart };

/// Handles the oldest of those that wait, in one transaction. What needs another server's document, or fails, gets a
/// job of its own and harms nobody. Returns how many there were. Throws db::Unavailable.
std::size_t handle_waiting(service::Environment& env, service::Services& services, db::Session& session,
                           Company company = Company::together);

}  // namespace dunlin::activitypub
