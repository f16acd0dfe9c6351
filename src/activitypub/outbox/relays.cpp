#include "dunlin/activitypub/relays.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/relays.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace dunlin::activitypub {

using model::Relay;
using model::RelayState;
using model::RelayStyle;

namespace {

std::string followed(const Relay& relay) {
  return relay.style == RelayStyle::mastodon ? std::string(kPublic) : relay.url;
}

void send(service::Environment& env, db::Tx& tx, const Relay& relay, std::string body, bool essential) {
  if (relay.inbox_url.empty()) return;
  const std::array inboxes{relay.inbox_url};
  FederationService::of(env).deliveries().enqueue(tx,
                                                  {.account_id = AccountId{},
                                                   .body = std::move(body),
                                                   .object_key = relay.url,
                                                   .priority = jobs::Priority::handshake,
                                                   .essential = essential},
                                                  inboxes);
}

}  // namespace

Result<Relay> add_relay(service::Environment& env, db::Tx& tx, std::string_view url, RelayStyle style) {
  const auto parsed = Url::parse(url);
  if (!parsed || (parsed->scheme != "https" && !env.config.federation.allow_http) ||
      service::uris::is_own_url(env.config, url)) {
    return fail(Errc::invalid, "\"" + std::string(url) + "\" is not the https address of a relay");
  }
  Relay relay;
  relay.id = env.ids.next<AccountId>().value;
  relay.url = parsed->str();
  relay.style = style;
  relay.follow_uri = service::uris::instance_actor(env.config) + "#relays/" + std::to_string(relay.id);
  if (style == RelayStyle::mastodon) relay.inbox_url = relay.url;
  if (!store::insert_relay(tx, relay)) return fail(Errc::invalid, "That relay is there already");
  FederationService::of(env).queue().enqueue(tx, {.kind = kAskRelay, .payload = std::to_string(relay.id)});
  return relay;
}

Result<void> remove_relay(service::Environment& env, db::Tx& tx, std::string_view url) {
  const auto relay = store::delete_relay(tx, url);
  if (!relay) return fail(Errc::not_found, "There is no such relay");
  const auto actor = service::uris::instance_actor(env.config);
  send(env, tx, *relay, render_undo_relay_follow(relay->follow_uri, actor, followed(*relay)), true);
  return {};
}

Result<void> run_ask_relay(service::Environment& env, service::Services& services, db::Tx& tx,
                           service::RemoteDocuments& documents, std::string_view payload) {
  std::int64_t id = 0;
  std::from_chars(payload.data(), payload.data() + payload.size(), id);
  auto relay = store::find_relay(tx, id);
  if (!relay || relay->state == RelayState::accepted) return {};
  if (relay->inbox_url.empty()) {
    Resolver resolver(env, services.statuses, tx, documents);
    const auto actor = TRY(resolver.actor(relay->url));
    relay->inbox_url = actor.inbox_url;
    store::update_relay(tx, *relay);
  }
  send(env, tx, *relay,
       render_relay_follow(relay->follow_uri, service::uris::instance_actor(env.config), followed(*relay)), false);
  return {};
}

bool is_relay(db::Tx& tx, const model::Account& account) {
  return std::ranges::any_of(store::list_relays(tx), [&](const Relay& relay) {
    if (relay.state != RelayState::accepted) return false;
    if (relay.style == RelayStyle::litepub) return relay.url == account.uri;
    if (relay.actor_uri) return *relay.actor_uri == account.uri;
    // Accepted before it was written down by whom: no person of that host is meant.
    return same_origin(relay.url, account.uri) && account.is_bot();
  });
}

bool is_asked_relay(db::Tx& tx, const model::Account& account) {
  return std::ranges::any_of(store::list_relays(tx), [&](const Relay& relay) {
    return relay.state != RelayState::refused && relay.style == RelayStyle::litepub && relay.url == account.uri;
  });
}

}  // namespace dunlin::activitypub
