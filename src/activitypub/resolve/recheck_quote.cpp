#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/service/quotes.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/statuses.hpp"

#include <chrono>

/// Whether what another server has consented to still stands (federation.md 3.7): looked at when somebody opens the
/// quote, a week after the last time.
namespace dunlin::activitypub {

namespace {

constexpr std::chrono::hours kRecheckAfter{7 * 24};
constexpr std::chrono::hours kRetryAfter{24};

}  // namespace

bool is_recheck_due(const config::Config& config, const model::Quote& quote, Time now) {
  return quote.state == model::QuoteState::accepted && quote.approval_uri && quote.quoted_status_id &&
         !service::uris::is_own_url(config, *quote.approval_uri) &&
         now - quote.checked_at.value_or(quote.created_at) >= kRecheckAfter;
}

Result<void> run_recheck_quote(service::Environment& env, service::Services& services, db::Tx& tx,
                               service::RemoteDocuments& documents, std::string_view payload) {
  const auto id = QuoteId::parse(payload);
  auto quote = id ? store::find_quote(tx, *id) : std::nullopt;
  if (!quote || !is_recheck_due(env.config, *quote, tx.now())) return {};
  const auto quoting = store::find_status(tx, quote->status_id);
  const auto quoted = store::find_status(tx, *quote->quoted_status_id);
  if (!quoting || !quoted) return {};
  Resolver resolver(env, services.statuses, tx, documents);
  const auto stands = resolver.read_authorization(*quote->approval_uri, quoting->uri, *quoted);
  const auto failure = stands ? Errc::internal : stands.error().code;
  if (failure == Errc::need_remote) return std::unexpected(stands.error());
  const bool is_gone = failure == Errc::gone || failure == Errc::not_found;
  if (is_gone || (stands && !*stands)) {
    log::info("quote no longer authorized", {log::kv("quote", quote->id.str()), log::kv("uri", *quote->approval_uri)});
    services.quotes.receive_revocation(tx, *quote);
    return {};
  }
  // A server that cannot be asked now has not taken anything back.
  quote->checked_at = stands ? tx.now() : tx.now() - kRecheckAfter + kRetryAfter;
  store::update_quote(tx, *quote);
  return {};
}

}  // namespace dunlin::activitypub
