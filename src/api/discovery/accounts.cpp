#include "dunlin/store/accounts.hpp"

#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/suggestions.hpp"
#include "dunlin/store/suggestions.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultLimit = 40;
constexpr int kMaxLimit = 80;

std::vector<model::Suggestion> read_suggestions(Call& call, int offset) {
  const int limit = http::read_page(call.params(), kDefaultLimit, kMaxLimit).limit;
  if (limit == 0) return {};
  return service::suggest_accounts(call.tx(), *call.viewer_id(), limit, offset);
}

std::vector<AccountId> account_ids(const std::vector<model::Suggestion>& suggestions) {
  std::vector<AccountId> ids;
  for (const auto& suggestion : suggestions) ids.push_back(suggestion.account_id);
  return ids;
}

/// The one word for it of older versions.
std::string_view legacy_source(model::SuggestionSource source) {
  const bool personal =
      source == model::SuggestionSource::friends_of_friends || source == model::SuggestionSource::similar;
  return personal ? "past_interactions" : "global";
}

void render_suggestion(json::Writer& out, const model::Suggestion& suggestion, const std::string& account) {
  out.begin_object();
  out.field("source", legacy_source(suggestion.sources.front()));
  out.key("sources").begin_array();
  for (const auto source : suggestion.sources) out.value(model::to_string(source));
  out.end_array();
  out.key("account").raw(account);
  out.end_object();
}

}  // namespace

Result<http::Response> directory(Call& call) {
  if (!call.config().discovery.directory) return fail(Errc::not_found, "Not Found");
  const auto& params = call.params();
  const int limit = http::read_page(params, kDefaultLimit, kMaxLimit).limit;
  if (limit == 0) return call.json("[]");
  const auto order =
      params.text("order").value_or("active") == "new" ? store::DirectoryOrder::newest : store::DirectoryOrder::active;
  const auto ids = store::list_directory(call.tx(), call.viewer_id(), order, params.boolean("local").value_or(false),
                                         limit, read_offset(params));
  return call.cacheable_when_anonymous(call.json(entities::AccountPage(call.tx(), call.config(), ids).json_array(ids)));
}

Result<http::Response> suggestions_v1(Call& call) {
  const auto ids = account_ids(read_suggestions(call, 0));
  auto response = call.json(entities::AccountPage(call.tx(), call.config(), ids).json_array(ids));
  response.headers.set("Deprecation", "@1621123200");
  return response;
}

Result<http::Response> suggestions_v2(Call& call) {
  const auto suggestions = read_suggestions(call, read_offset(call.params()));
  entities::AccountPage accounts(call.tx(), call.config(), account_ids(suggestions));
  json::Writer out;
  out.begin_array();
  for (const auto& suggestion : suggestions) {
    if (accounts.find(suggestion.account_id) != nullptr) {
      render_suggestion(out, suggestion, accounts.json(suggestion.account_id));
    }
  }
  out.end_array();
  return call.json(out.take());
}

Result<http::Response> dismiss_suggestion(Call& call) {
  const auto target = TRY(call.path_id<AccountId>("account_id"));
  if (!store::find_account(call.tx(), target)) return fail(Errc::not_found, "Record not found");
  store::dismiss_suggestion(call.tx(), *call.viewer_id(), target);
  return call.json("{}");
}

}  // namespace dunlin::api
