#include "dunlin/activitypub/followers_sync.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/relationships.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kMaxHeaderBytes = 4096;
constexpr int kMaxPages = 10;
constexpr std::chrono::hours kPause{6};

/// The quoted value of `name` among `a="b", c="d"`; "" when absent.
std::string parameter(std::string_view header, std::string_view name) {
  for (std::size_t at = 0; at < header.size();) {
    const auto equals = header.find("=\"", at);
    if (equals == std::string_view::npos) return {};
    const auto end = header.find('"', equals + 2);
    if (end == std::string_view::npos) return {};
    auto key = text::trim(header.substr(at, equals - at));
    if (key.starts_with(',')) key = text::trim(key.substr(1));
    if (key == name) return std::string(header.substr(equals + 2, end - equals - 2));
    at = end + 1;
  }
  return {};
}

/// All items of the collection, its pages included. Errors: need_remote and those of fetching.
Result<std::vector<std::string>> fetch_items(Resolver& resolver, const std::string& url) {
  std::vector<std::string> items;
  std::set<std::string> seen;
  std::string next = url;
  while (!next.empty() && seen.size() < kMaxPages && seen.insert(next).second) {
    const auto object = TRY(resolver.fetch(next));
    if (!object.collection)
      return fail(Errc::bad_request, "Remote data could not be fetched", next + " is no collection");
    items.insert(items.end(), object.collection->items.begin(), object.collection->items.end());
    const std::string& page = object.collection->first.empty() ? object.collection->next : object.collection->first;
    next = same_origin(page, url) ? page : std::string();
  }
  std::ranges::sort(items);
  const auto repeated = std::ranges::unique(items);
  items.erase(repeated.begin(), repeated.end());
  return items;
}

/// Each is a signed request that is tried for weeks, and actors who claim followers cost nothing: few for one domain.
bool may_unfollow_again(service::Environment& env, const model::Account& target) {
  constexpr int kMost = 50;
  const std::string key = "unfollowed again " + HostBudget::registrable(domain_of(target.uri));
  return FederationService::of(env).origin_checks().allow(key, kMost, kPause);
}

void unfollow_again(service::Environment& env, db::Tx& tx, const model::Account& who, const model::Account& target) {
  model::Follow past;
  past.id = env.ids.next<FollowId>();
  past.account_id = who.id;
  past.target_account_id = target.id;
  past.uri = who.uri + "#follows/" + past.id.str();
  env.federation.unfollowed(tx, past, target);
}

}  // namespace

std::string followers_digest(std::span<const std::string> uris) {
  std::string sum(kDigestBytes, '\0');
  for (const std::string& uri : uris) {
    const std::string hash = crypto::sha256(uri);
    for (std::size_t i = 0; i < kDigestBytes; ++i) sum[i] = static_cast<char>(sum[i] ^ hash[i]);
  }
  return text::hex_encode(sum);
}

std::string render_synchronization(const model::Account& account, std::span<const std::string> followers_there) {
  return "collectionId=\"" + account.uri + "/followers\", url=\"" + account.uri +
         "/followers_synchronization\", digest=\"" + followers_digest(followers_there) + "\"";
}

std::optional<Synchronization> parse_synchronization(std::string_view header) {
  if (header.size() > kMaxHeaderBytes) return std::nullopt;
  Synchronization result{.collection = parameter(header, "collectionId"),
                         .url = parameter(header, "url"),
                         .digest = text::to_lower_ascii(parameter(header, "digest"))};
  const bool is_digest = result.digest.size() == 2 * kDigestBytes &&
                         result.digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_digest || !Url::parse(result.collection) || !Url::parse(result.url)) return std::nullopt;
  if (result.url.find(' ') != std::string::npos) return std::nullopt;
  return result;
}

void receive_synchronization(service::Environment& env, db::Tx& tx, const model::Account& signer,
                             std::string_view header) {
  const auto said = parse_synchronization(header);
  if (!said || signer.followers_url.empty() || said->collection != signer.followers_url ||
      !same_origin(said->url, signer.uri)) {
    return;
  }
  if (followers_digest(store::list_local_follower_uris(tx, signer.id)) == said->digest) return;
  if (!store::claim_follower_sync(tx, signer.id, tx.now() - kPause)) return;
  FederationService::of(env).queue().enqueue(tx, {.kind = kSynchronizeFollowers,
                                                  .payload = signer.id.str() + " " + said->url + " " + said->digest,
                                                  .unique_key = signer.id.str()});
}

Result<void> run_synchronize_followers(service::Environment& env, service::Services& services, db::Tx& tx,
                                       service::RemoteDocuments& documents, std::string_view payload) {
  const auto parts = text::split(payload, ' ');
  const auto id = parts.size() == 3 ? AccountId::parse(parts[0]) : std::nullopt;
  const auto account = id ? store::find_account(tx, *id) : std::nullopt;
  if (!account || account->is_local()) return {};
  Resolver resolver(env, services.statuses, tx, documents);
  const auto listed = fetch_items(resolver, std::string(parts[1]));
  if (!listed) {
    if (listed.error().code == Errc::need_remote) return std::unexpected(listed.error());
    return {};
  }
  // Another list than the one that was spoken of: people come and go just now.
  if (followers_digest(*listed) != parts[2]) return {};
  const auto ours = store::list_local_follower_uris(tx, account->id);
  for (const std::string& uri : ours) {
    if (std::ranges::binary_search(*listed, uri)) continue;
    const auto who = store::find_account_by_uri(tx, uri);
    if (who) services.follows.receive_reject(tx, who->id, account->id);
  }
  for (const std::string& uri : *listed) {
    if (std::ranges::find(ours, uri) != ours.end() || !service::uris::is_own_url(env.config, uri)) continue;
    const auto who = store::find_account_by_uri(tx, uri);
    if (!who || !who->is_local()) continue;
    if (const auto request = store::find_follow_request(tx, who->id, account->id)) {
      services.follows.receive_accept(tx, *request);
    } else if (may_unfollow_again(env, *account)) {
      unfollow_again(env, tx, *who, *account);
    }
  }
  log::info("followers synchronised", {log::kv("account", account->uri)});
  return {};
}

}  // namespace dunlin::activitypub
