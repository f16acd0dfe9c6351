#include "activitypub_objects.hpp"

#include "activitypub_access.hpp"
#include "activitypub_documents.hpp"

#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/statuses.hpp"

#include <string>
#include <utility>

namespace dunlin::web {

namespace {

using activitypub::Context;
using model::Account;
using model::Status;

/// What stands in place of a status that was deleted: a Tombstone if anybody could have known it. Errors: not_found.
Result<http::Response> show_deleted(const api::Call& call, db::Tx& tx) {
  const auto author = TRY(path_account(call, tx));
  const auto status = store::find_deleted_status(tx, TRY(call.path_id<StatusId>("sid")));
  if (!status || status->account_id != author.id || !status->is_distributable()) {
    return fail(Errc::not_found, "Record not found");
  }
  return tombstone(status->uri);
}

/// Errors: not_found when the original is not there any more.
Result<std::string> render_activity(const api::Call& call, db::Tx& tx, const ShownStatus& shown) {
  if (!shown.status.reblog_of_id) {
    const auto parts = activitypub::note_parts(tx, call.config(), shown.status, shown.author, shown.mentions);
    return activitypub::render_create(call.config(), parts);
  }
  const auto original = store::find_status(tx, *shown.status.reblog_of_id);
  const auto author = original ? store::find_account(tx, original->account_id) : std::nullopt;
  if (!author) return fail(Errc::not_found, "Record not found");
  return activitypub::render_announce(shown.status, shown.author, original->uri, author->uri);
}

Result<std::string> render_object(const api::Call& call, db::Tx& tx, const ShownStatus& shown) {
  if (shown.status.is_reblog()) return fail(Errc::not_found, "Record not found");
  const auto parts = activitypub::note_parts(tx, call.config(), shown.status, shown.author, shown.mentions);
  return activitypub::render_note(call.config(), parts);
}

using Render = Result<std::string> (*)(const api::Call&, db::Tx&, const ShownStatus&);

Result<http::Response> show_as(api::Call& call, Render render) {
  return serve_status(
      call,
      [&](db::Tx& tx, const ShownStatus& shown) -> Result<http::Response> {
        return document_for(call, TRY(render(call, tx, shown)), shown.to_signer_only);
      },
      [&](db::Tx& tx) { return show_deleted(call, tx); });
}

}  // namespace

// Open whatever the mode: the key that our own requests are verified by is read without a signature, or two servers in
// secure mode could never begin to talk.
Result<http::Response> show_instance_actor(api::Call& call) {
  const auto account = store::find_account(call.tx(), model::kInstanceActorId);
  if (!account) return fail(Errc::not_found, "Record not found");
  if (!wants_document(call)) return page_instead(call.config().origin() + "/");
  return public_document(activitypub::render_actor(call.config(), *account, store::list_keys(call.tx(), account->id)));
}

Result<http::Response> show_actor(api::Call& call) {
  const auto visitor = TRY(meet(call));
  return call.session().read([&](db::Tx& tx) -> Result<http::Response> {
    const auto found = path_account(call, tx);
    if (is_path_account_deleted(call, tx, found))
      return tombstone(service::uris::actor(call.config(), TRY(call.path_id<AccountId>("id"))));
    const auto account = TRY(found);
    if (!wants_document(call)) return page_instead(account.url);
    const auto keys = store::list_keys(tx, account.id);
    if (call.config().federation.authorized_fetch && !visitor.proven) {
      return private_document(activitypub::render_actor_stub(call.config(), account, keys));
    }
    TRY_VOID(admit(call, tx, visitor, account));
    const auto moved_to = account.moved_to_id ? store::find_account(tx, *account.moved_to_id) : std::nullopt;
    return document_for(call, activitypub::render_actor(call.config(), account, keys, Context::with,
                                                        moved_to ? std::string_view(moved_to->uri) : std::string_view(),
                                                        activitypub::profile_emojis(tx, account)));
  });
}

Result<http::Response> show_quote_authorization(api::Call& call) {
  const auto visitor = TRY(meet(call));
  return call.session().read([&](db::Tx& tx) -> Result<http::Response> {
    const auto author = TRY(path_account(call, tx));
    const auto quote = store::find_quote(tx, TRY(call.path_id<QuoteId>("qid")));
    const bool stands = quote && quote->state == model::QuoteState::accepted && quote->approval_uri &&
                        quote->quoted_account_id == author.id && !author.suspended_at;
    if (!stands) return fail(Errc::not_found, "Record not found");
    TRY_VOID(admit(call, tx, visitor, author));
    const auto quoting = store::find_status(tx, quote->status_id);
    if (!quoting) return fail(Errc::not_found, "Record not found");
    return document_for(call, activitypub::render_quote_authorization(*quote->approval_uri, author.uri, quoting->uri,
                                                                      quote->quoted_uri));
  });
}

Result<http::Response> show_status(api::Call& call) {
  return show_as(call, &render_object);
}

Result<http::Response> show_status_activity(api::Call& call) {
  return show_as(call, &render_activity);
}

}  // namespace dunlin::web
