#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/collection.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/api/entities/tag_page.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"

#include <map>
#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultResults = 20;
constexpr int kMaxResults = 40;

Result<void> check_anonymous(const http::Params& params) {
  if (params.integer("offset").value_or(0) > 0) {
    return fail(Errc::unauthorized, "Search queries pagination is not supported without authentication");
  }
  if (params.boolean("resolve").value_or(false)) {
    return fail(Errc::unauthorized,
                "Search queries that resolve remote resources are not supported without authentication");
  }
  return {};
}

Result<service::SearchQuery> read_query(const Call& call) {
  const auto& params = call.params();
  const auto type = params.text("type").value_or("");
  const auto wants = [&](std::string_view one) { return type.empty() || type == one; };
  return service::SearchQuery{.text = TRY(params.required("q")),
                              .viewer = call.viewer_id(),
                              .resolve = params.boolean("resolve").value_or(false),
                              .following = params.boolean("following").value_or(false),
                              .accounts = wants("accounts"),
                              .statuses = wants("statuses") && call.has_user(),
                              .hashtags = wants("hashtags"),
                              .collections = wants("collections"),
                              .author = AccountId::parse(params.text("account_id").value_or("")),
                              .max_id = StatusId::parse(params.text("max_id").value_or("")),
                              .min_id = StatusId::parse(params.text("min_id").value_or("")),
                              .limit = http::read_page(params, kDefaultResults, kMaxResults).limit,
                              .offset = type.empty() ? 0 : read_offset(params)};
}

Result<http::Response> answer_search(Call& call, db::Tx& tx, const service::SearchQuery& query) {
  service::SearchResult found;
  if (query.limit > 0) found = TRY(call.services().search.search(tx, call.documents(), query));

  std::vector<AccountId> account_ids;
  std::map<AccountId, model::Account> by_id;
  for (auto& account : found.accounts) {
    account_ids.push_back(account.id);
    by_id.emplace(account.id, std::move(account));
  }
  entities::AccountPage accounts(tx, call.config(), std::move(by_id));
  entities::StatusPage statuses(tx, call.config(), query.viewer, found.statuses);

  json::Writer out;
  out.begin_object();
  out.key("accounts").raw(accounts.json_array(account_ids));
  out.key("statuses");
  statuses.render_array(out, found.statuses);
  out.key("hashtags");
  entities::TagPage(tx, call.config(), query.viewer, found.hashtags).render_array(out, found.hashtags);
  out.key("collections").begin_array();
  for (const auto& collection : found.collections) {
    entities::render_collection(out, call.config(), collection, query.viewer);
  }
  out.end_array();
  out.end_object();
  return call.json(out.take());
}

}  // namespace

Result<http::Response> search_all(Call& call) {
  if (!call.has_user()) TRY_VOID(check_anonymous(call.params()));
  const auto query = TRY(read_query(call));
  const auto work = [&](db::Tx& tx) { return answer_search(call, tx, query); };
  return query.resolve ? call.session().write(work) : call.session().read(work);
}

}  // namespace dunlin::api
