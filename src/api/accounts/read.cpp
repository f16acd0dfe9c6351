#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/relationship.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace dunlin::api {

namespace {

constexpr std::size_t kMaxAccountIds = 40;
constexpr int kDefaultFound = 40;
constexpr int kMaxFound = 80;

Result<http::Response> answer_account_search(Call& call, db::Tx& tx, const service::SearchQuery& query) {
  const auto found = TRY(call.services().search.search(tx, call.documents(), query));
  std::vector<AccountId> ids;
  std::map<AccountId, model::Account> accounts;
  for (const auto& account : found.accounts) {
    ids.push_back(account.id);
    accounts.emplace(account.id, account);
  }
  entities::AccountPage page(tx, call.config(), std::move(accounts));
  return call.json(page.json_array(ids));
}

}  // namespace

Result<model::Account> path_account(Call& call) {
  const auto id = TRY(call.path_id<AccountId>("id"));
  auto account = store::find_shown_account(call.tx(), id);
  if (!account) return fail(Errc::not_found, "Record not found");
  return *std::move(account);
}

Result<http::Response> show_account(Call& call) {
  const auto account = TRY(path_account(call));
  return call.cacheable_when_anonymous(call.json(one_account(call, account)));
}

Result<http::Response> list_accounts(Call& call) {
  const auto ids = read_ids<AccountId>(call);
  TRY_VOID(check_count(ids.size(), kMaxAccountIds));
  std::map<AccountId, model::Account> accounts;
  for (auto& account : store::list_shown_accounts(call.tx(), ids)) {
    const auto id = account.id;
    accounts.emplace(id, std::move(account));
  }
  entities::AccountPage page(call.tx(), call.config(), std::move(accounts));
  return call.json(page.json_array(ids));
}

Result<http::Response> lookup_account(Call& call) {
  const auto acct = call.params().text("acct").value_or("");
  const auto account = TRY(call.services().search.lookup(call.tx(), acct));
  return call.cacheable_when_anonymous(call.json(one_account(call, account)));
}

Result<http::Response> search_accounts(Call& call) {
  const auto& params = call.params();
  const auto limit = http::read_page(params, kDefaultFound, kMaxFound).limit;
  const service::SearchQuery query{.text = TRY(params.required("q")),
                                   .viewer = call.viewer_id(),
                                   .resolve = params.boolean("resolve").value_or(false),
                                   .following = params.boolean("following").value_or(false),
                                   .statuses = false,
                                   .hashtags = false,
                                   .limit = limit,
                                   .offset = read_offset(params)};
  if (limit == 0) return call.json("[]");
  // Resolving stores what other servers send.
  const auto work = [&](db::Tx& tx) { return answer_account_search(call, tx, query); };
  return query.resolve ? call.session().write(work) : call.session().read(work);
}

Result<http::Response> list_relationships(Call& call) {
  const auto ids = read_ids<AccountId>(call);
  if (ids.empty()) return call.json("[]");
  const bool with_suspended = call.params().boolean("with_suspended").value_or(false);
  json::Writer out;
  entities::render_relationships(out, store::list_relationships(call.tx(), *call.viewer_id(), ids, with_suspended));
  return call.json(out.take());
}

}  // namespace dunlin::api
