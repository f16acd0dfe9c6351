#include "status_access.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <utility>

namespace dunlin::service {

using model::Account;
using model::NotificationType;
using model::Status;
using model::Visibility;

namespace {

Result<Visibility> reblog_visibility(const Account& who, const Status& target, std::optional<Visibility> wanted) {
  if (target.visibility == Visibility::direct) return fail(Errc::forbidden, "This action is not allowed");
  if (target.visibility == Visibility::private_) {
    if (target.account_id != who.id) return fail(Errc::forbidden, "This action is not allowed");
    return Visibility::private_;
  }
  if (wanted == Visibility::direct)
    return fail(Errc::invalid, "Validation failed: Visibility is not included in the list");
  const Visibility visibility = wanted.value_or(Visibility::public_);
  return who.silenced_at && visibility == Visibility::public_ ? Visibility::unlisted : visibility;
}

}  // namespace

Result<Status> StatusService::favourite(db::Tx& tx, const Account& who, StatusId id) {
  auto target = TRY(visible_original(tx, who.id, id));
  const auto row = env_.ids.next<FavouriteId>();
  const store::Favourite favourite{row, who.id, target.id, who.uri + "#likes/" + row.str()};
  if (store::insert_favourite(tx, favourite)) {
    notifications_.favourited(tx, who.id, target);
    if (!target.local) env_.federation.favourited(tx, favourite, target);
  }
  return target;
}

Result<Status> StatusService::unfavourite(db::Tx& tx, const Account& who, StatusId id) {
  auto target = TRY(existing_original(tx, id));
  if (const auto removed = store::delete_favourite(tx, who.id, target.id)) {
    notifications_.withdraw(tx, NotificationType::favourite, who.id, target.account_id, target.id);
    if (!target.local) env_.federation.unfavourited(tx, *removed, target);
    return target;
  }
  // Nothing to take back: then its existence is told only to those who may see it.
  return visible_original(tx, who.id, id);
}

Result<Status> StatusService::reblog(db::Tx& tx, const Account& who, StatusId id, std::optional<Visibility> wanted) {
  const auto target = TRY(visible_original(tx, who.id, id));
  const auto visibility = TRY(reblog_visibility(who, target, wanted));
  const auto wrapper_id = env_.ids.next<StatusId>();
  Status wrapper{.id = wrapper_id,
                 .uri = uris::status(env_.config, who.id, wrapper_id) + "/activity",
                 .url = std::nullopt,
                 .account_id = who.id,
                 .local = true,
                 .content = {},
                 .source = {},
                 .spoiler_text = {},
                 .language = std::nullopt,
                 .visibility = visibility,
                 .in_reply_to_id = std::nullopt,
                 .in_reply_to_account_id = std::nullopt,
                 .in_reply_to_uri = std::nullopt,
                 .reblog_of_id = target.id,
                 .conversation_id = std::nullopt,
                 .application_id = std::nullopt,
                 .tags = {},
                 .local_only = target.local_only,
                 .created_at = tx.now(),
                 .edited_at = std::nullopt,
                 .deleted_at = std::nullopt};
  auto inserted = store::insert_reblog(tx, wrapper);
  if (!inserted) {
    auto existing = store::find_reblog(tx, who.id, target.id);
    if (!existing) return fail(Errc::conflict, "Conflict during update, please try again");
    return std::move(*existing);
  }
  notifications_.reblogged(tx, who.id, target);
  if (!target.local_only) env_.federation.reblogged(tx, *inserted, target);
  env_.events.tell(tx, events::StatusCreated{inserted->id, who.id});
  return std::move(*inserted);
}

Result<Status> StatusService::unreblog(db::Tx& tx, const Account& who, StatusId id) {
  auto original = TRY(existing_original(tx, id));
  const auto wrapper = store::find_reblog(tx, who.id, original.id);
  if (!wrapper) return visible_original(tx, who.id, id);
  if (!original.local_only) env_.federation.unreblogged(tx, *wrapper, original);
  store::delete_status(tx, *wrapper);
  env_.events.tell(tx, events::StatusDeleted::of(*wrapper));
  notifications_.withdraw(tx, NotificationType::reblog, who.id, original.account_id, original.id);
  return original;
}

}  // namespace dunlin::service
