#include "activitypub_access.hpp"

#include "activitypub_documents.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::web {

namespace {

using model::Account;
using model::Status;

std::unexpected<Error> nothing_here() {
  return fail(Errc::not_found, "Record not found");
}

service::DomainPolicies& policies_of(const api::Call& call) {
  return activitypub::FederationService::of(call.env()).policies();
}

/// Whose key the request names: good enough to refuse, not to let in.
std::optional<Account> claimed_account(db::Tx& tx, const RequestSignature& signature) {
  for (const std::string& key_id : signature.key_ids()) {
    const auto key = store::find_key(tx, key_id);
    if (auto owner = key ? store::find_account(tx, key->account_id) : std::nullopt) return owner;
  }
  return std::nullopt;
}

Result<DocumentVisitor> prove_now(const api::Call& call, DocumentVisitor visitor) {
  auto account = call.session().write([&](db::Tx& tx) -> Result<std::optional<Account>> {
    auto verified = visitor.signature->verify(call, tx);
    if (verified) return std::optional(std::move(verified->account));
    if (verified.error().code == Errc::need_remote) return std::unexpected(std::move(verified).error());
    return std::optional<Account>();  // committed: that the key was looked for again
  });
  if (!account) return std::unexpected(std::move(account).error());
  if (!*account) return fail(Errc::unauthorized, "The signature is not valid");
  if ((*account)->suspended_at || !policies_of(call).may_federate(**account)) return nothing_here();
  visitor.account = std::move(*account);
  visitor.proven = true;
  return visitor;
}

/// An addressed actor, an accepted follower, or the instance actor of a host that has one: Misskey and others fetch
/// with it for their users.
bool may_read(db::Tx& tx, const Account& signer, const ShownStatus& shown) {
  if (signer.suspended_at) return false;
  if (store::find_visible_status(tx, signer.id, shown.status.id)) return true;
  if (signer.actor_type != model::ActorType::application) return false;
  const auto is_there = [&](const model::Mention& m) { return m.domain && same_origin(m.uri, signer.uri); };
  if (std::ranges::any_of(shown.mentions, is_there)) return true;
  return shown.status.visibility == model::Visibility::private_ &&
         store::has_follower_on(tx, shown.author.id, origin_of(signer));
}

/// The live status of the path. Errors: not_found.
Result<ShownStatus> find_status(const api::Call& call, db::Tx& tx) {
  ShownStatus shown;
  shown.author = TRY(path_account(call, tx));
  auto status = store::find_status(tx, TRY(call.path_id<StatusId>("sid")));
  if (!status || status->account_id != shown.author.id || shown.author.suspended_at || status->local_only) {
    return nothing_here();
  }
  shown.status = std::move(*status);
  shown.mentions = store::list_mentions(tx, shown.status.id);
  shown.to_signer_only = !shown.status.is_distributable();
  return shown;
}

}  // namespace

std::string origin_of(const Account& account) {
  const auto url = Url::parse(account.uri);
  return url ? url->origin() : std::string();
}

bool may_federate(const api::Call& call, const Account& account) {
  return policies_of(call).may_federate(account);
}

Result<DocumentVisitor> meet(const api::Call& call) {
  DocumentVisitor visitor;
  auto signature = RequestSignature::open(call.env(), call.request(), {});
  if (!signature) {
    if (call.config().federation.authorized_fetch && RequestSignature::is_claimed(call.request())) {
      return std::unexpected(std::move(signature).error());
    }
    return visitor;
  }
  TRY_VOID(call.session().read([&](db::Tx& tx) -> Result<void> {
    policies_of(call).refresh(tx);
    visitor.account = claimed_account(tx, *signature);
    return {};
  }));
  for (const std::string& key_id : signature->key_ids()) {
    if (!policies_of(call).may_federate(domain_of(key_id))) return nothing_here();
  }
  if (visitor.account && !policies_of(call).may_federate(*visitor.account)) return nothing_here();
  visitor.signature = std::move(*signature);
  if (call.config().federation.authorized_fetch) return prove_now(call, std::move(visitor));
  return visitor;
}

Result<Account> prove(const api::Call& call, db::Tx& tx, const DocumentVisitor& visitor) {
  if (visitor.proven) return *visitor.account;
  if (!visitor.signature) return fail(Errc::unauthorized, "The request is not signed");
  return TRY(visitor.signature->verify(call, tx)).account;
}

Result<void> admit(const api::Call& call, db::Tx& tx, const DocumentVisitor& visitor, const Account& author) {
  if (call.config().federation.authorized_fetch && !visitor.proven) {
    return fail(Errc::unauthorized, "The request must be signed");
  }
  if (!visitor.account) return {};
  if (visitor.account->suspended_at || store::is_blocked(tx, author.id, visitor.account->id)) return nothing_here();
  return {};
}

Result<http::Response> serve_status(api::Call& call, const ShowStatus& show, const ShowMissing& missing) {
  const auto visitor = TRY(meet(call));
  auto answer = TRY(call.session().read([&](db::Tx& tx) -> Result<std::optional<http::Response>> {
    const auto shown = find_status(call, tx);
    if (!shown) {
      auto instead = missing ? missing(tx) : std::unexpected(shown.error());
      // Who signs is looked up all the same: whether we ask his server must not tell him what is here.
      if (!instead && !visitor.signature) return std::unexpected(instead.error());
      return instead ? std::optional(std::move(*instead)) : std::nullopt;
    }
    // As soon as if it were not there.
    if (shown->to_signer_only && !visitor.signature) return nothing_here();
    if (shown->to_signer_only) return std::optional<http::Response>();
    if (!wants_document(call)) return page_instead(shown->status.url.value_or(shown->author.url));
    TRY_VOID(admit(call, tx, visitor, shown->author));
    return TRY(show(tx, *shown));
  }));
  if (answer) return std::move(*answer);
  // Not public, or not there: the signature decides, and whoever it does not let in learns nothing.
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    const auto signer = prove(call, tx, visitor);
    if (!signer && signer.error().code == Errc::need_remote) return std::unexpected(signer.error());
    const auto shown = TRY(find_status(call, tx));
    if (!signer || !policies_of(call).may_federate(*signer) || !may_read(tx, *signer, shown)) return nothing_here();
    return show(tx, shown);
  });
}

http::Response document_for(const api::Call& call, std::string body, bool to_signer_only) {
  const bool is_private = to_signer_only || call.config().federation.authorized_fetch;
  return is_private ? private_document(std::move(body)) : public_document(std::move(body));
}

}  // namespace dunlin::web
