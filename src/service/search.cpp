#include "dunlin/service/search.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/collection_urls.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/search_query.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/collections.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/shown_accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Status;

namespace {

struct Handle {
  std::string username;
  std::optional<std::string> domain;  // nullopt: local
};

/// `user`, `@user`, `user@domain`, `acct:user@domain`; the own domain is stripped. nullopt when it is no handle.
std::optional<Handle> parse_handle(const config::Config& config, std::string_view query) {
  if (text::starts_with_ignore_case(query, "acct:")) query.remove_prefix(5);
  if (query.starts_with('@')) query.remove_prefix(1);
  const auto at = query.find('@');
  const auto username = query.substr(0, at);
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  if (username.empty() || username.size() > 2048 || !std::ranges::all_of(username, allowed)) return std::nullopt;
  Handle handle{std::string(username), std::nullopt};
  if (at == std::string_view::npos) return handle;
  auto domain = normalise_domain(query.substr(at + 1));
  if (!domain) return std::nullopt;
  if (!uris::is_own_domain(config, *domain)) handle.domain = std::move(domain);
  return handle;
}

/// What is already here under this URL.
Federation::Resolved find_known(db::Tx& tx, const config::Config& config, std::string_view url) {
  if (uris::is_own_url(config, url)) {
    if (const auto status = uris::parse_status(config, url)) return {std::nullopt, store::find_status(tx, *status)};
    if (const auto id = uris::parse_actor(config, url)) return {store::find_shown_account(tx, *id), std::nullopt};
    if (const auto name = uris::parse_profile(config, url)) {
      return {store::find_shown_account_by_handle(tx, *name, std::nullopt), std::nullopt};
    }
    return {};
  }
  Federation::Resolved found;
  found.status = store::find_status_by_uri(tx, url);
  if (!found.status) found.status = store::find_status_by_url(tx, url);
  if (!found.status) found.account = store::find_account_by_uri(tx, url);
  if (!found.status && !found.account) found.account = store::find_account_by_url(tx, url);
  return found;
}

/// By its id or page; not of somebody who is suspended or blocks the viewer.
std::optional<model::Collection> find_collection(db::Tx& tx, const config::Config& config,
                                                 std::optional<AccountId> viewer, std::string_view url) {
  const auto id = parse_collection_url(config, url);
  auto collection = id ? store::find_collection(tx, *id) : store::find_collection_by_uri(tx, url);
  if (!collection || viewer == collection->account_id) return collection;
  const auto owner = store::find_shown_account(tx, collection->account_id);
  const bool hidden = !owner || owner->suspended_at || (viewer && store::is_blocked(tx, owner->id, *viewer));
  if (hidden) return std::nullopt;
  return collection;
}

/// A lookup that failed for good is an empty result; one that waits for a document is not.
template <class T>
Result<std::optional<T>> optional_result(Result<T> result) {
  if (result) return std::optional<T>(std::move(*result));
  if (result.error().code == Errc::need_remote) return std::unexpected(std::move(result).error());
  return std::optional<T>();
}

}  // namespace

Result<SearchResult> SearchService::search(db::Tx& tx, RemoteDocuments& documents, const SearchQuery& query) {
  SearchResult result;
  const std::string_view text = text::trim(query.text);
  const bool first_page = query.offset == 0;
  if (text.starts_with("http://") || text.starts_with("https://")) {
    if (!first_page) return result;
    auto found = find_known(tx, env_.config, text);
    if (!found.account && !found.status && query.resolve && !uris::is_own_url(env_.config, text)) {
      found = TRY(optional_result(env_.federation.resolve_url(tx, documents, text))).value_or(Federation::Resolved{});
    }
    if (found.status && query.statuses) {
      found.status = store::find_visible_status(tx, query.viewer, found.status->id);
      if (found.status) result.statuses.push_back(found.status->id);
    }
    if (found.account && query.accounts) result.accounts.push_back(std::move(*found.account));
    if (query.collections && uris::is_own_url(env_.config, text)) {
      if (auto collection = find_collection(tx, env_.config, query.viewer, text))
        result.collections.push_back(*std::move(collection));
    }
    return result;
  }
  if (query.accounts) {
    const auto handle = parse_handle(env_.config, text);
    std::optional<Account> exact;
    if (handle && first_page) {
      exact = store::find_shown_account_by_handle(tx, handle->username, handle->domain);
      if (!exact && handle->domain && query.resolve) {
        exact = TRY(optional_result(env_.federation.resolve_handle(tx, documents, handle->username, *handle->domain)));
      }
    }
    if (exact && query.following && query.viewer && !store::find_follow(tx, *query.viewer, exact->id)) exact.reset();
    if (!handle || !handle->domain || !exact) {
      const std::string prefix = text::to_lower_ascii(handle ? std::string_view(handle->username) : text);
      result.accounts = store::search_accounts(tx, query.viewer, prefix, handle ? handle->domain : std::nullopt,
                                               query.limit, query.offset, query.following);
    }
    if (exact) {
      std::erase_if(result.accounts, [&](const Account& a) { return a.id == exact->id; });
      result.accounts.insert(result.accounts.begin(), std::move(*exact));
      if (result.accounts.size() > static_cast<std::size_t>(query.limit)) result.accounts.pop_back();
    }
  }
  if (query.hashtags && !text.starts_with('@')) {
    const std::string prefix = text::fold_hashtag(text.starts_with('#') ? text.substr(1) : text);
    if (!prefix.empty()) result.hashtags = store::search_tags(tx, prefix, query.limit, query.offset);
  }
  if (query.statuses && query.viewer) result.statuses = TRY(search_statuses(tx, *query.viewer, query));
  return result;
}

Result<std::vector<StatusId>> SearchService::search_statuses(db::Tx& tx, AccountId viewer, const SearchQuery& query) {
  auto parsed = TRY(parse_status_search(query.text));
  const auto find_author = [&](const std::string& name) -> std::optional<AccountId> {
    if (text::equals_ignore_case(name, "me")) return viewer;
    const auto handle = parse_handle(env_.config, name);
    const auto account = handle ? store::find_account_by_handle(tx, handle->username, handle->domain) : std::nullopt;
    return account ? std::optional(account->id) : std::nullopt;
  };
  auto& search = parsed.search;
  search.from = query.author;
  for (const auto& name : parsed.from) {
    const auto author = find_author(name);
    if (!author || (search.from && *search.from != *author)) return std::vector<StatusId>();
    search.from = author;
  }
  for (const auto& name : parsed.not_from) {
    if (const auto author = find_author(name)) search.not_from.push_back(*author);
  }
  if (parsed.contradicts_itself) return std::vector<StatusId>();
  if (query.max_id) search.below = query.max_id->value;
  if (query.min_id) search.above = query.min_id->value;
  auto found = store::search_statuses(tx, viewer, search, query.offset + query.limit);
  const auto skipped = std::min(found.size(), static_cast<std::size_t>(query.offset));
  found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(skipped));
  return found;
}

Result<Account> SearchService::lookup(db::Tx& tx, std::string_view acct) {
  const auto handle = parse_handle(env_.config, text::trim(acct));
  if (handle) {
    if (auto found = store::find_shown_account_by_handle(tx, handle->username, handle->domain))
      return std::move(*found);
  }
  return fail(Errc::not_found, "Record not found");
}

}  // namespace dunlin::service
