#include "resolve/document.hpp"

#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::activitypub {

using service::RemoteKind;

namespace {

std::unexpected<Error> refused(std::string reason) {
  return fail(Errc::unauthorized, "The signature's key is not acceptable", std::move(reason));
}

}  // namespace

Result<Resolver::Key> Resolver::key(std::string_view key_id) {
  if (auto known = store::find_key(tx_, key_id)) {
    auto owner = store::find_account(tx_, known->account_id);
    if (!owner || owner->is_local()) return refused("a key of our own");
    Key key{std::move(*known), std::move(*owner), true};
    if (!key.key.expires_at || *key.key.expires_at > tx_.now()) return key;
    // Its owner may have given it a longer life.
    return refreshed_key(key);
  }
  const auto* found = TRY(answer(std::string(key_id), RemoteKind::key, {}));
  const auto document = TRY(read_answer(*found, key_id));
  if (!same_origin(document.id, key_id)) return refused("the key is on another host than its document");
  const bool read_from_own_id = document.id == key_id.substr(0, key_id.find('#'));
  if (document.key) return key_of_actor(document, key_id, &*document.key, read_from_own_id);
  if (document.actor) return key_of_actor(document, key_id, nullptr, read_from_own_id);
  return refused(document.id + " holds no key");
}

Result<Resolver::Key> Resolver::refreshed_key(const Key& known) {
  const auto object = fetch(known.owner.uri);
  if (object && object->actor && object->id == known.owner.uri) {
    return key_of_actor(*object, known.key.key_id, nullptr, true);
  }
  if (!object) return std::unexpected(object.error());
  return refused(known.owner.uri + " is another document now");
}

/// Binds a key to an actor: only the actor's own document, read from its own id, says which keys are its.
Result<Resolver::Key> Resolver::key_of_actor(const Object& document, std::string_view key_id,
                                             const PublicKey* standalone, bool read_from_own_id) {
  const std::string actor_id = standalone != nullptr ? standalone->owner : document.id;
  if (standalone != nullptr && standalone->id != key_id) return refused("the key calls itself " + standalone->id);
  if (!same_origin(actor_id, key_id)) return refused("the owner is on another host than the key");
  // Not so: a key by itself, an actor shown under its key's address, or a stub (GoToSocial shows one to strangers).
  const bool is_whole = document.actor && read_from_own_id && !document.actor->inbox.empty();
  Object full = is_whole ? document : TRY(fetch(actor_id));
  if (!full.actor || full.id != actor_id) return refused(actor_id + " is no actor");
  Actor actor = std::move(*full.actor);
  const auto listed = std::ranges::find(actor.keys, key_id, &PublicKey::id);
  if (listed == actor.keys.end()) return refused(actor_id + " does not list the key");
  if (listed->pem.empty() && standalone != nullptr) {
    listed->pem = standalone->pem;
    listed->algorithm = standalone->algorithm;
  }
  if (listed->owner != actor_id) return refused("the key's owner is " + listed->owner);
  auto owner = TRY(store_actor(actor, Binding::later));
  auto stored = store::find_key(tx_, key_id);
  if (!stored || stored->account_id != owner.id) return refused("the key is unreadable or another's");
  return Key{std::move(*stored), std::move(owner), false};
}

}  // namespace dunlin::activitypub
