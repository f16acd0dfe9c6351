#include "activitypub_documents.hpp"

#include "dunlin/activitypub/render.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <utility>

namespace dunlin::web {

namespace {

http::Response document(int status, std::string body, std::string cache_control) {
  http::Response response = http::text_response(status, activitypub::kResponseType, std::move(body));
  response.headers.set("Vary", "Accept");
  response.headers.set("Cache-Control", std::move(cache_control));
  return response;
}

}  // namespace

http::Response public_document(std::string body) {
  return document(200, std::move(body), "public, max-age=180");
}

http::Response private_document(std::string body) {
  http::Response response = document(200, std::move(body), "private, no-store");
  response.headers.set("Vary", "Accept, Signature, Signature-Input");
  return response;
}

http::Response tombstone(std::string_view uri) {
  return document(410, activitypub::render_tombstone(uri), "public, max-age=180");
}

http::Response page_instead(std::string_view url) {
  http::Response response;
  response.status = 302;
  response.headers.set("Location", std::string(url));
  response.headers.set("Vary", "Accept");
  response.headers.set("Cache-Control", "public, max-age=180");
  return response;
}

bool wants_document(const api::Call& call) {
  return activitypub::wants_activity(call.request().headers.get("Accept"));
}

Result<model::Account> path_account(const api::Call& call, db::Tx& tx) {
  const auto id = TRY(call.path_id<AccountId>("id"));
  // Nobody hears of an account before its owner is let in.
  auto account = store::find_shown_account(tx, id);
  if (!account || !account->is_local()) return fail(Errc::not_found, "Record not found");
  return std::move(*account);
}

Result<model::Account> path_account_with_collections(const api::Call& call, db::Tx& tx) {
  auto account = TRY(path_account(call, tx));
  if (account.suspended_at) return fail(Errc::forbidden, "This action is not allowed");
  return account;
}

bool is_path_account_deleted(const api::Call& call, db::Tx& tx, const Result<model::Account>& found) {
  if (found && !found->deleted_at) return false;
  const auto id = call.path_id<AccountId>("id");
  return id && store::is_tombstoned(tx, service::uris::actor(call.config(), *id));
}

}  // namespace dunlin::web
