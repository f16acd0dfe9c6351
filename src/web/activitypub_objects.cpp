#include "activitypub_objects.hpp"

#include "activitypub_documents.hpp"
#include "activitypub_signature.hpp"

#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace dunlin::web {

namespace {

using model::Account;
using model::Status;

Result<http::Response> show(const api::Call& call, db::Tx& tx, const Account& account) {
  return public_document(activitypub::render_actor(call.config(), account, store::list_keys(tx, account.id)));
}

struct Found {
  Account author;
  Status status;
  std::vector<model::Mention> mentions;
};

/// The live status of the path. Errors: not_found.
Result<Found> find(const api::Call& call, db::Tx& tx) {
  Found found;
  found.author = TRY(path_account(call, tx));
  auto status = store::find_status(tx, TRY(call.path_id<StatusId>("sid")));
  if (!status || status->account_id != found.author.id || found.author.suspended_at) {
    return fail(Errc::not_found, "Record not found");
  }
  found.status = std::move(*status);
  found.mentions = store::list_mentions(tx, found.status.id);
  return found;
}

/// What stands in place of a status that was deleted: a Tombstone if anybody could have known it. Errors: not_found.
Result<http::Response> show_deleted(const api::Call& call, db::Tx& tx) {
  const auto author = TRY(path_account(call, tx));
  const auto status = store::find_deleted_status(tx, TRY(call.path_id<StatusId>("sid")));
  if (!status || status->account_id != author.id || !status->is_distributable()) {
    return fail(Errc::not_found, "Record not found");
  }
  return tombstone(status->uri);
}

/// An addressed actor, an accepted follower, or the instance actor of a host that has an addressed one: Misskey and
/// others fetch with it for their users.
bool may_read(db::Tx& tx, const Account& signer, const Found& found) {
  if (signer.suspended_at) return false;
  if (store::find_visible_status(tx, signer.id, found.status.id)) return true;
  if (signer.actor_type != model::ActorType::application) return false;
  return std::ranges::any_of(found.mentions,
                             [&](const model::Mention& m) { return m.domain && m.domain == signer.domain; });
}

std::string render_object(const api::Call& call, db::Tx& tx, const Found& found) {
  const auto parts = activitypub::note_parts(tx, call.config(), found.status, found.author, found.mentions);
  return activitypub::render_note(call.config(), parts);
}

/// Errors: not_found when the original is not there any more.
Result<std::string> render_activity(const api::Call& call, db::Tx& tx, const Found& found) {
  if (!found.status.reblog_of_id) {
    const auto parts = activitypub::note_parts(tx, call.config(), found.status, found.author, found.mentions);
    return activitypub::render_create(call.config(), parts);
  }
  const auto original = store::find_status(tx, *found.status.reblog_of_id);
  const auto author = original ? store::find_account(tx, original->account_id) : std::nullopt;
  if (!author) return fail(Errc::not_found, "Record not found");
  return activitypub::render_announce(found.status, found.author, original->uri, author->uri);
}

enum class Form : std::uint8_t { object, activity };

Result<std::string> render(const api::Call& call, db::Tx& tx, const Found& found, Form form) {
  if (form == Form::activity) return render_activity(call, tx, found);
  if (found.status.is_reblog()) return fail(Errc::not_found, "Record not found");
  return render_object(call, tx, found);
}

/// Not public: the signature decides, and whoever it does not let in learns nothing (CVE-2025-67500).
Result<http::Response> show_to_signer(api::Call& call, Form form) {
  const auto signature = RequestSignature::open(call, {});
  if (!signature) return fail(Errc::not_found, "Record not found", signature.error().message);
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    const auto signer = signature->verify(call, tx);
    if (!signer && signer.error().code == Errc::need_remote) return std::unexpected(signer.error());
    const auto found = TRY(find(call, tx));
    if (!signer || !may_read(tx, *signer, found)) return fail(Errc::not_found, "Record not found");
    return private_document(TRY(render(call, tx, found, form)));
  });
}

Result<http::Response> show_in_form(api::Call& call, Form form) {
  auto answer = TRY(call.session().read([&](db::Tx& tx) -> Result<std::optional<http::Response>> {
    const auto found = find(call, tx);
    if (!found) return TRY(show_deleted(call, tx));
    if (!found->status.is_distributable()) return std::optional<http::Response>();
    if (!wants_document(call)) return page_instead(found->status.url.value_or(found->author.url));
    return public_document(TRY(render(call, tx, *found, form)));
  }));
  if (answer) return std::move(*answer);
  return show_to_signer(call, form);
}

}  // namespace

Result<http::Response> show_instance_actor(api::Call& call) {
  const auto account = store::find_account(call.tx(), model::kInstanceActorId);
  if (!account) return fail(Errc::not_found, "Record not found");
  if (!wants_document(call)) return page_instead(call.config().origin() + "/");
  return show(call, call.tx(), *account);
}

Result<http::Response> show_actor(api::Call& call) {
  const auto account = TRY(path_account(call, call.tx()));
  if (!wants_document(call)) return page_instead(account.url);
  return show(call, call.tx(), account);
}

Result<http::Response> show_status(api::Call& call) {
  return show_in_form(call, Form::object);
}

Result<http::Response> show_status_activity(api::Call& call) {
  return show_in_form(call, Form::activity);
}

}  // namespace dunlin::web
