#include "lists.hpp"

#include "handlers.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/status_marks.hpp"
#include "dunlin/store/timelines.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultStatuses = 20;
constexpr int kMaxStatuses = 40;
constexpr int kDefaultFollows = 40;
constexpr int kMaxFollows = 80;

using FollowList = std::vector<store::AccountRef> (service::RelationshipService::*)(db::Tx&, std::optional<AccountId>,
                                                                                    const model::Account&,
                                                                                    const model::Page&);

Result<http::Response> list_follows(Call& call, FollowList list) {
  const auto account = TRY(path_account(call));
  const auto page = http::read_page(call.params(), kDefaultFollows, kMaxFollows);
  if (page.limit == 0) return call.json("[]");
  const auto refs = (call.services().relationships.*list)(call.tx(), call.viewer_id(), account, page);
  return call.cacheable_when_anonymous(account_list(call, refs, page));
}

}  // namespace

Result<http::Response> list_account_statuses(Call& call) {
  const auto account = TRY(path_account(call));
  if (call.has_user() && call.env().federation.may_complete_profile(call.tx(), account)) {
    call.afterwards([&call, account](db::Tx& tx) { call.env().federation.profile_opened(tx, account); });
  }
  const auto& params = call.params();
  const auto page = http::read_page(params, kDefaultStatuses, kMaxStatuses);
  if (page.limit == 0) return call.json("[]");
  if (params.boolean("pinned").value_or(false)) {
    return call.cacheable_when_anonymous(
        status_list(call, store::list_pins(call.tx(), account.id, call.viewer_id(), page.limit)));
  }
  store::AccountTimelineFilter filter{.exclude_replies = params.boolean("exclude_replies").value_or(false),
                                      .exclude_reblogs = params.boolean("exclude_reblogs").value_or(false),
                                      .exclude_direct = params.boolean("exclude_direct").value_or(false),
                                      .only_media = params.boolean("only_media").value_or(false),
                                      .tagged = std::nullopt};
  if (const auto tag = params.text("tagged"); tag && !tag->empty()) filter.tagged = text::fold_hashtag(*tag);
  const auto ids = store::list_account_timeline(call.tx(), call.viewer_id(), account.id, filter, page);
  return call.cacheable_when_anonymous(status_list(call, ids, page, NextLink::when_full));
}

Result<http::Response> list_followers(Call& call) {
  return list_follows(call, &service::RelationshipService::followers);
}

Result<http::Response> list_following(Call& call) {
  return list_follows(call, &service::RelationshipService::following);
}

}  // namespace dunlin::api
