#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>

/// Deletions that somebody else tells of. Mastodon answers 404 for whatever the asker may not see, and a server that
/// wants nothing to do with us may do so for all that it has: only 410 and a Tombstone are its word.
namespace dunlin::activitypub {

namespace {

constexpr std::chrono::minutes kUntilAgain{70};  // longer than the first answer is remembered
constexpr std::string_view kAgain = " again";    // no id has a space in it

void look_again(InboxContext& context, const std::string& id) {
  FederationService::of(context.env)
      .queue()
      .enqueue(context.tx, {.kind = kCheckDeletion,
                            .payload = id + std::string(kAgain),
                            .run_at = context.tx.now() + kUntilAgain,
                            .unique_key = text::hex_encode(crypto::sha256(id + std::string(kAgain)))});
}

Outcome check_later(InboxContext& context, const std::string& id, Time at) {
  constexpr int kMostLater = 600;
  constexpr std::chrono::hours kWindow{1};
  auto& federation = FederationService::of(context.env);
  const std::array limits{Limit{"later " + id, 1, kWindow},
                          Limit{"later of " + HostBudget::registrable(domain_of(id)), kMostLater, kWindow}};
  if (count_once(context, federation.origin_checks(), limits)) return asked_too_much();
  federation.queue().enqueue(
      context.tx,
      {.kind = kCheckDeletion, .payload = id, .run_at = at, .unique_key = text::hex_encode(crypto::sha256(id))});
  return Outcome::ignored(Reason::flood, "its origin was asked within the hour, and will be again after that");
}

Result<AtOrigin> read_presence(const Result<Object>& object, const std::string& id) {
  if (object) return object->type == "Tombstone" && object->id == id ? AtOrigin::gone : AtOrigin::there;
  if (object.error().code == Errc::gone) return AtOrigin::gone;
  if (object.error().code == Errc::not_found) return AtOrigin::hidden;
  return std::unexpected(object.error());
}

/// `owner` says that `deletion` is true, or its server does.
Result<Outcome> confirm_deletion(InboxContext& context, const model::Account& owner, const Activity& deletion,
                                 bool again) {
  const std::string& id = deletion.object_id();
  const auto status = id == owner.uri ? std::nullopt : store::find_status_by_uri(context.tx, id);
  if (id != owner.uri && (!status || status->account_id != owner.id))
    return Outcome::ignored(Reason::unknown, "the object is not here");
  const auto presence = TRY(presence_at_origin(context, id, status));
  if (presence == AtOrigin::there) return Outcome::rejected(Reason::not_confirmed, "it is still at its origin");
  if (presence == AtOrigin::hidden)
    return Outcome::rejected(Reason::not_confirmed, "its origin does not show it to us");
  if (presence == AtOrigin::missing && !again) {
    look_again(context, id);
    return Outcome::ignored(Reason::unproven, "its origin does not have it now, and will be asked once more");
  }
  context.actor = owner;
  return on_delete(context, deletion);
}

}  // namespace

Result<AtOrigin> presence_at_origin(InboxContext& context, const std::string& id,
                                    const std::optional<model::Status>& status) {
  auto presence = TRY(read_presence(context.resolver.fetch(id), id));
  if (presence != AtOrigin::hidden || !status) return presence;
  if (status->visibility == model::Visibility::private_) {
    const auto author = store::find_account(context.tx, status->account_id);
    const bool has_eyes = author && same_origin(id, author->uri) && store::find_local_follower(context.tx, author->id);
    if (!has_eyes) return AtOrigin::hidden;
    presence = TRY(read_presence(context.resolver.fetch_as_follower(id, *author), id));
    return presence == AtOrigin::hidden ? AtOrigin::missing : presence;
  }
  return status->visibility == model::Visibility::direct ? AtOrigin::hidden : AtOrigin::missing;
}

Result<Outcome> deleted_at_origin(InboxContext& context, const Activity& deletion) {
  const std::string& id = deletion.object_id();
  const auto owner = store::find_account_by_uri(context.tx, deletion.actor);
  const bool is_known = owner && !owner->is_local() && (id == owner->uri || store::find_status_by_uri(context.tx, id));
  if (!is_known) return Outcome::ignored(Reason::unknown, "the object is not here");
  // Whoever forwards Deletes of what is still there makes us ask, not often; what was true of them is found out later.
  if (const auto until = asked_too_often(context, id, few_an_hour(id))) return check_later(context, id, *until);
  return confirm_deletion(context, *owner, deletion, false);
}

Result<Outcome> deleted_in_group(InboxContext& context, const std::string& id) {
  const auto known = find_known_status(context, id);
  if (!known || known->local) return Outcome::ignored(Reason::unknown, "the status is not here");
  if (asked_too_often(context, id, few_an_hour(id))) return asked_too_much();
  const auto presence = presence_at_origin(context, id, known);
  if (!presence && (presence.error().code == Errc::need_remote || presence.error().code == Errc::remote_failed))
    return std::unexpected(presence.error());
  if (presence && *presence == AtOrigin::gone) {
    context.services.statuses.receive_delete(context.tx, *known);
    return Outcome::accepted();
  }
  if (presence && *presence == AtOrigin::missing) look_again(context, id);
  context.services.statuses.receive_unreblog(context.tx, context.actor, *known);
  return Outcome::accepted();
}

Result<void> run_check_deletion(service::Environment& env, service::Services& services, db::Tx& tx,
                                service::RemoteDocuments& documents, std::string_view payload) {
  const bool again = payload.ends_with(kAgain);
  const auto uri = again ? payload.substr(0, payload.size() - kAgain.size()) : payload;
  auto owner = store::find_account_by_uri(tx, uri);
  if (!owner) {
    const auto status = store::find_status_by_uri(tx, uri);
    if (status) owner = store::find_account(tx, status->account_id);
  }
  if (!owner || owner->is_local()) return {};
  Resolver resolver(env, services.statuses, tx, documents);
  InboxContext context{.env = env, .services = services, .tx = tx, .resolver = resolver, .actor = *owner};
  Activity deletion;
  deletion.type = ActivityType::delete_;
  deletion.actor = owner->uri;
  deletion.objects.emplace_back().id = uri;
  store::lock_object(tx, uri);
  TRY(confirm_deletion(context, *owner, deletion, again));
  return {};
}

}  // namespace dunlin::activitypub
