#include "resolve/document.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/http_signature.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/model/picture.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/domain_policies.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/tags.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dunlin::activitypub {

namespace {

void apply(const Actor& actor, Time now, model::Account& account) {
  account.url = page_of(actor.url, actor.id);
  account.actor_type = actor.type;
  account.display_name = actor.name;
  account.note = actor.summary;
  account.fields = actor.fields;
  account.locked = actor.manually_approves_followers;
  account.discoverable = actor.discoverable;
  account.indexable = actor.indexable;
  account.hide_collections = actor.followers.empty() || actor.following.empty();
  account.memorial = actor.memorial;
  account.avatar_url = actor.icon_url;
  account.header_url = actor.image_url;
  account.inbox_url = actor.inbox;
  account.shared_inbox_url = actor.shared_inbox;
  account.outbox_url = actor.outbox;
  account.followers_url = actor.followers;
  account.following_url = actor.following;
  account.featured_url = actor.featured;
  account.also_known_as = actor.also_known_as;
  account.attribution_domains = actor.attribution_domains;
  account.updated_at = std::min(actor.updated.value_or(now), now);
}

/// Mastodon says of an account that it has suspended it: it is hidden here until it says otherwise.
void follow_suspension(db::Tx& tx, const Actor& actor, model::Account& account) {
  if (actor.suspended && !account.suspended_at) {
    store::set_suspended(tx, account.id, true);
    store::insert_policy_effect(tx, account.id, model::kSuspendedByOrigin);
    account.suspended_at = tx.now();
  } else if (!actor.suspended && account.suspended_at &&
             store::delete_policy_effect(tx, account.id, model::kSuspendedByOrigin)) {
    store::set_suspended(tx, account.id, false);
    account.suspended_at.reset();
  }
}

/// The keys that the actor may claim: on its own origin, its own, readable, and not at their end.
std::vector<model::AccountKey> usable_keys(const Actor& actor, AccountId owner, Time now) {
  std::vector<model::AccountKey> result;
  for (const PublicKey& key : actor.keys) {
    if (key.owner != actor.id || !same_origin(key.id, actor.id) || !crypto::PublicKey::from_pem(key.pem)) continue;
    if (key.ends_at && *key.ends_at <= now) continue;
    const bool asserts =
        std::ranges::any_of(actor.keys, [&](const PublicKey& other) { return other.asserts && other.id == key.id; });
    result.push_back({.key_id = key.id,
                      .account_id = owner,
                      .algorithm = key.algorithm,
                      .public_pem = key.pem,
                      .private_pem = std::nullopt,
                      .fetched_at = now,
                      .expires_at = key.ends_at,
                      .asserts = asserts});
  }
  return result;
}

}  // namespace

Result<model::Account> Resolver::actor(std::string_view uri) {
  uri = uri.substr(0, uri.find('#'));
  if (service::uris::is_own_url(env_.config, uri)) {
    auto own = store::find_account_by_uri(tx_, uri);
    if (!own || !own->is_local()) return fail(Errc::not_found, "Record not found");
    return std::move(*own);
  }
  if (auto known = store::find_account_by_uri(tx_, uri)) return std::move(*known);
  const auto object = TRY(fetch(uri));
  if (!object.actor) return fail(Errc::bad_request, "Remote data could not be fetched", object.id + " is no actor");
  if (!same_origin(object.id, uri)) {
    return fail(Errc::bad_request, "Remote data could not be fetched", std::string(uri) + " leads to " + object.id);
  }
  return store_actor(*object.actor, Binding::now);
}

Result<model::Account> Resolver::actor_itself(std::string_view uri) {
  auto found = TRY(actor(uri));
  if (found.uri == uri) return found;
  return fail(Errc::bad_request, "Remote data could not be fetched",
              std::string(uri) + " is not the id of " + found.uri);
}

Result<model::Account> Resolver::refresh(const model::Account& known) {
  if (known.is_local()) return known;
  const auto object = fetch(known.uri);
  const auto read = [&]() -> Result<model::Account> {
    if (!object) return std::unexpected(object.error());
    if (object->actor && object->id == known.uri) return store_actor(*object->actor, Binding::now);
    return fail(Errc::bad_request, "Remote data could not be fetched", known.uri + " is another document now");
  };
  auto fresh = read();
  if (fresh || fresh.error().code == Errc::need_remote) return fresh;
  // Remember the attempt, so that a broken peer is not asked at every occasion.
  auto visited = known;
  visited.fetched_at = tx_.now();
  store::update_account(tx_, visited);
  return fresh;
}

Result<model::Account> Resolver::refresh_if_older(const model::Account& known, std::chrono::hours age) {
  if (known.is_local() || (known.fetched_at && tx_.now() - *known.fetched_at < age)) return known;
  auto fresh = refresh(known);
  if (fresh || fresh.error().code == Errc::need_remote) return fresh;
  log::info("actor not refreshed", {log::kv("actor", known.uri), log::kv("reason", fresh.error().detail)});
  return known;
}

Result<void> Resolver::check_budget(std::string_view url) {
  const std::string host = domain_of(url);
  if (host.empty() || FederationService::of(env_).may_meet(tx_, host)) return {};
  return fail(Errc::remote_failed, "Remote data could not be fetched", "too many new servers below one domain");
}

Result<Object> Resolver::fetch(std::string_view uri) {
  TRY_VOID(check_budget(uri));
  return fetch_document(env_.config, documents_, uri);
}

bool Resolver::has_asked(std::string_view uri) const {
  return documents_.find_answer(uri.substr(0, uri.find('#')), service::RemoteKind::activity) != nullptr;
}

namespace {

model::Account new_account(AccountId id, const Actor& actor, std::string domain, Time now) {
  model::Account account;
  account.id = id;
  account.uri = actor.id;
  account.created_at = std::min(actor.published.value_or(now), now);
  account.username = actor.preferred_username;
  account.domain = std::move(domain);
  account.handle_verified = false;
  return account;
}

/// The domain has just named this actor: whoever held the handle before holds it no more (federation.md 1.3, 9).
void take_from_holder(db::Tx& tx, const std::string& username, const std::string& domain, AccountId id) {
  const auto holder = store::find_account_by_handle(tx, username, domain);
  if (holder && holder->id != id && holder->handle_verified) store::unverify_handle(tx, holder->id);
}

/// nullopt: who is back says so by saying nothing.
std::optional<AccountId> find_move(db::Tx& tx, const Actor& actor) {
  if (actor.moved_to.empty()) return std::nullopt;
  const auto target = store::find_account_by_uri(tx, actor.moved_to);
  return target ? std::optional(target->id) : std::nullopt;
}

}  // namespace

Result<model::Account> Resolver::store_actor(const Actor& actor, Binding binding) {
  const auto url = Url::parse(actor.id);
  if (!url || actor.inbox.empty()) {
    return fail(Errc::bad_request, "Remote data could not be fetched", actor.id + " has no inbox on its own host");
  }
  if (store::is_tombstoned(tx_, actor.id)) return fail(Errc::gone, "Record not found", actor.id + " was deleted");
  const auto& policies = FederationService::of(env_).policies();
  if (!policies.may_federate(url->authority())) return fail(Errc::forbidden, "Record not found", "blocked domain");
  const Time now = tx_.now();
  auto known = store::find_account_by_uri(tx_, actor.id);
  std::optional<Handle> handle;
  if (binding == Binding::now) {
    auto confirmed = confirm_handle(actor);
    if (confirmed) {
      handle = std::move(*confirmed);
    } else if (confirmed.error().code == Errc::need_remote) {
      return std::unexpected(std::move(confirmed).error());
    } else if (known && known->handle_verified && known->username == actor.preferred_username) {
      // Its domain is silent just now: what it said last time holds.
      handle = Handle{known->username, *known->domain};
    }
  }
  auto account = known ? std::move(*known) : new_account(env_.ids.next<AccountId>(), actor, url->authority(), now);
  apply(actor, now, account);
  if (binding == Binding::now) {
    account.fetched_at = now;
    account.handle_verified = handle.has_value();
    account.username = handle ? handle->username : actor.preferred_username;
    account.domain = handle ? handle->domain : url->authority();
  }
  const auto policy = policies.find(account);
  if (policy.severity == model::DomainSeverity::suspend || !policies.may_federate(account)) {
    return fail(Errc::forbidden, "Record not found", "blocked domain");
  }
  if (policy.reject_media) account.avatar_url = account.header_url = {};
  const bool limited_now = policy.severity == model::DomainSeverity::limit && !account.silenced_at;
  if (limited_now) account.silenced_at = now;
  if (handle) take_from_holder(tx_, handle->username, handle->domain, account.id);
  account.moved_to_id = find_move(tx_, actor);
  if (known) {
    store::update_account(tx_, account);
    env_.events.tell(tx_, service::events::AccountChanged{account.id});
  } else {
    store::insert_account(tx_, account);
    store::touch_instance(tx_, *account.domain);
  }
  if (known || !actor.featured_tags.empty()) store::set_featured_tags_url(tx_, account.id, actor.featured_tags);
  follow_suspension(tx_, actor, account);
  if (actor.reads_rfc9421) {
    const std::array hosts{url->authority()};
    jobs::learn_signature_scheme(tx_, hosts, static_cast<int>(crypto::SignatureScheme::rfc9421));
  }
  if (limited_now) store::insert_policy_effect(tx_, account.id, model::DomainSeverity::limit);
  store::replace_keys(tx_, account.id, usable_keys(actor, account.id, now));
  receive_emojis(account, actor.emojis, now);
  return account;
}

void Resolver::receive_emojis(const model::Account& author, const std::vector<Emoji>& tags, Time said_at) {
  if (tags.empty() || FederationService::of(env_).policies().find(author).reject_media) return;
  std::vector<store::ReceivedEmoji> emojis;
  for (const Emoji& tag : tags) {
    if (auto emoji = received_emoji(env_, tag, said_at)) emojis.push_back(*std::move(emoji));
  }
  store::receive_emojis(tx_, *author.domain, emojis);
}

std::optional<store::ReceivedEmoji> received_emoji(service::Environment& env, const Emoji& tag, Time said_at) {
  const auto address = Url::parse(tag.url);
  if (!address || (address->scheme != "https" && !env.config.federation.allow_http)) return std::nullopt;
  // Pleroma's are all of 1970: that says nothing.
  const bool stated = tag.updated && *tag.updated > Time{};
  return store::ReceivedEmoji{.id = env.ids.next<model::PictureId>().value,
                              .shortcode = tag.shortcode,
                              .url = tag.url,
                              .updated = stated ? *tag.updated : said_at,
                              .stated = stated};
}

}  // namespace dunlin::activitypub
