#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/quote.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/store/status_marks.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Counts where it is accepted, and marks its status as one with a quote. false: the status has one already.
bool insert_quote(db::Tx& tx, const model::Quote& quote);
std::optional<model::Quote> find_quote(db::Tx& tx, QuoteId id);
/// The quote that a status shows.
std::optional<model::Quote> find_quote_of(db::Tx& tx, StatusId status);
std::optional<model::Quote> find_quote_by_request(db::Tx& tx, std::string_view request_uri);
std::optional<model::Quote> find_quote_by_approval(db::Tx& tx, std::string_view approval_uri);
/// State, uris and checked_at, with the effect on the count of the quoted status.
void update_quote(db::Tx& tx, const model::Quote& quote);
/// Requests of others to quote a status that are not decided yet, above `after`, oldest first. They are locked.
std::vector<model::Quote> list_undecided_quotes(db::Tx& tx, StatusId quoted, QuoteId after, int limit);
/// The quotes that waited for a status of this uri point at it now; they are returned.
std::vector<model::Quote> attach_quotes(db::Tx& tx, std::string_view quoted_uri, StatusId status, AccountId author);

/// The policy as it is now; nobody changes it before the transaction ends.
std::optional<model::QuotePolicy> hold_quote_policy(db::Tx& tx, StatusId status);
void set_quote_policy(db::Tx& tx, StatusId status, model::QuotePolicy policy);

struct QuoteView {
  model::QuoteState state = model::QuoteState::pending;
  std::string link;  // where people find the quoted post
  model::QuoteSight sight = model::QuoteSight::pending;
  std::optional<StatusId> quoted_status_id{};  // only where it may be shown
};
/// The quotes of these statuses as `viewer` is shown them, in one statement.
std::map<StatusId, QuoteView> list_quote_views(db::Tx& tx, std::optional<AccountId> viewer,
                                               std::span<const StatusId> statuses);
/// Accepted quotes of a status, newest first, under the hidden cursor of the quote; those that `viewer` may see.
/// `of_author`: the viewer wrote the quoted status and is shown all.
std::vector<StatusRef> list_quoting_statuses(db::Tx& tx, StatusId quoted, AccountId viewer, bool of_author,
                                             const model::Page& page);

}  // namespace dunlin::store
