#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/http/page.hpp"
#include "dunlin/store/relationships.hpp"

namespace dunlin::api {

namespace {

constexpr int kDefaultRequests = 40;
constexpr int kMaxRequests = 80;

using Action = Result<model::Relationship> (service::FollowService::*)(db::Tx&, const model::Account&, AccountId);

/// Actions that need nothing but the other account.
Result<http::Response> act(Call& call, std::string_view path_part, Action action) {
  const auto id = TRY(call.path_id<AccountId>(path_part));
  return one_relationship(call, TRY((call.services().follows.*action)(call.tx(), call.viewer(), id)));
}

}  // namespace

Result<http::Response> follow_account(Call& call) {
  const auto id = TRY(call.path_id<AccountId>("id"));
  const auto& params = call.params();
  service::FollowOptions options{
      .reblogs = params.boolean("reblogs"), .notify = params.boolean("notify"), .languages = std::nullopt};
  if (params.has("languages")) options.languages = params.list("languages");
  return one_relationship(call, TRY(call.services().follows.follow(call.tx(), call.viewer(), id, options)));
}

Result<http::Response> unfollow_account(Call& call) {
  return act(call, "id", &service::FollowService::unfollow);
}

Result<http::Response> remove_from_followers(Call& call) {
  return act(call, "id", &service::FollowService::remove_follower);
}

Result<http::Response> list_follow_requests(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultRequests, kMaxRequests);
  if (page.limit == 0) return call.json("[]");
  return account_list(call, store::list_follow_requests(call.tx(), *call.viewer_id(), page), page);
}

Result<http::Response> authorize_follow_request(Call& call) {
  return act(call, "account_id", &service::FollowService::authorize);
}

Result<http::Response> reject_follow_request(Call& call) {
  return act(call, "account_id", &service::FollowService::reject);
}

}  // namespace dunlin::api
