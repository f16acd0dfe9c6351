#include "lists.hpp"

#include "handlers.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/timelines.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultStatuses = 20;
constexpr int kMaxStatuses = 40;
constexpr int kDefaultFollows = 40;
constexpr int kMaxFollows = 80;

/// Hidden lists, suspended owners and owners who block the viewer show an empty list, not an error (client-api.md 3.1).
bool shows_follows(Call& call, const model::Account& account) {
  const auto viewer = call.viewer_id();
  if (viewer == account.id) return true;
  if (account.hide_collections || account.suspended_at) return false;
  return !viewer || !store::is_blocked(call.tx(), account.id, *viewer);
}

using FollowList = std::vector<store::AccountRef> (*)(db::Tx&, AccountId, const model::Page&);

Result<http::Response> list_follows(Call& call, FollowList list) {
  const auto account = TRY(path_account(call));
  const auto page = http::read_page(call.params(), kDefaultFollows, kMaxFollows);
  if (page.limit == 0 || !shows_follows(call, account)) return call.json("[]");
  return call.cacheable_when_anonymous(account_list(call, list(call.tx(), account.id, page), page));
}

}  // namespace

Result<http::Response> list_account_statuses(Call& call) {
  const auto account = TRY(path_account(call));
  const auto& params = call.params();
  const auto page = http::read_page(params, kDefaultStatuses, kMaxStatuses);
  // No status is pinned and none has media.
  const bool none = params.boolean("pinned").value_or(false) || params.boolean("only_media").value_or(false);
  if (page.limit == 0 || none) return call.json("[]");
  store::AccountTimelineFilter filter{.exclude_replies = params.boolean("exclude_replies").value_or(false),
                                      .exclude_reblogs = params.boolean("exclude_reblogs").value_or(false),
                                      .exclude_direct = params.boolean("exclude_direct").value_or(false),
                                      .tagged = std::nullopt};
  if (const auto tag = params.text("tagged"); tag && !tag->empty()) filter.tagged = text::fold(*tag);
  const auto ids = store::list_account_timeline(call.tx(), call.viewer_id(), account.id, filter, page);
  return call.cacheable_when_anonymous(status_list(call, ids, page, NextLink::when_full));
}

Result<http::Response> list_followers(Call& call) {
  return list_follows(call, &store::list_followers);
}

Result<http::Response> list_following(Call& call) {
  return list_follows(call, &store::list_following);
}

}  // namespace dunlin::api
