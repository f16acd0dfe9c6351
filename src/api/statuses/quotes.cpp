#include "dunlin/store/quotes.hpp"

#include "drafts.hpp"
#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/http/page.hpp"

namespace dunlin::api {

namespace {

constexpr int kDefaultQuotes = 20;
constexpr int kMaxQuotes = 40;

}  // namespace

Result<http::Response> list_quotes(Call& call) {
  const auto status = TRY(visible_status(call));
  const auto page = http::read_page(call.params(), kDefaultQuotes, kMaxQuotes);
  if (page.limit == 0) return call.json("[]");
  const auto viewer = *call.viewer_id();
  const auto refs = store::list_quoting_statuses(call.tx(), status.id, viewer, viewer == status.account_id, page);
  return status_list(call, refs, page, PrevLink::since);
}

Result<http::Response> revoke_quote(Call& call) {
  const auto quoted = TRY(call.path_id<StatusId>("id"));
  const auto quoting = TRY(call.path_id<StatusId>("quoting_status_id"));
  const auto status = TRY(call.services().quotes.revoke(call.tx(), call.viewer(), quoted, quoting));
  return one_status(call, status.id);
}

Result<http::Response> set_interaction_policy(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto policy = TRY(read_quote_policy(call.params()));
  if (!policy) return fail(Errc::invalid, "Validation failed: Quote approval policy is not included in the list");
  const auto status = TRY(call.services().quotes.set_policy(call.tx(), call.viewer(), id, *policy));
  return one_status(call, status.id);
}

}  // namespace dunlin::api
