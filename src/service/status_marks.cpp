#include "dunlin/service/status_marks.hpp"

#include "status_access.hpp"

#include "dunlin/service/federation.hpp"
#include "dunlin/store/status_marks.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::service {

using model::Account;
using model::Status;
using model::Visibility;

namespace {

Result<void> refuse(std::string_view reason) {
  return fail(Errc::invalid, "Validation failed: " + std::string(reason));
}

Result<void> may_pin(const Account& who, const Status& status) {
  if (status.is_reblog()) return refuse("A boost cannot be pinned");
  if (status.account_id != who.id) return refuse("Someone else's post cannot be pinned");
  if (status.visibility == Visibility::direct) {
    return refuse("Posts that are only visible to mentioned users cannot be pinned");
  }
  return {};
}

}  // namespace

Result<Status> StatusMarkService::pin(db::Tx& tx, const Account& who, StatusId id) {
  auto status = store::find_visible_status(tx, who.id, id);
  if (!status) return fail(Errc::not_found, "Record not found");
  TRY_VOID(may_pin(who, *status));
  const auto pinned = store::lock_pins(tx, who.id);
  if (std::ranges::find(pinned, id) != pinned.end()) return *std::move(status);
  if (pinned.size() >= kMaxPins) {
    return fail(Errc::invalid, "Validation failed: You have already pinned the maximum number of posts");
  }
  store::insert_pin(tx, who.id, id, env_.ids.next<StatusId>().value);
  if (!status->local_only) env_.federation.status_pinned(tx, *status);
  return *std::move(status);
}

Result<Status> StatusMarkService::unpin(db::Tx& tx, const Account& who, StatusId id) {
  auto status = store::find_visible_status(tx, who.id, id);
  if (!status) return fail(Errc::not_found, "Record not found");
  if (store::delete_pin(tx, who.id, id) && !status->local_only) env_.federation.status_unpinned(tx, *status);
  return *std::move(status);
}

Result<Status> StatusMarkService::bookmark(db::Tx& tx, const Account& who, StatusId id) {
  auto status = TRY(visible_original(tx, who.id, id));
  store::insert_bookmark(tx, who.id, status.id, env_.ids.next<StatusId>().value);
  return status;
}

Result<Status> StatusMarkService::unbookmark(db::Tx& tx, const Account& who, StatusId id) {
  auto status = TRY(existing_original(tx, id));
  if (store::delete_bookmark(tx, who.id, status.id)) return status;
  // Nothing to take back: then its existence is told only to those who may see it.
  return visible_original(tx, who.id, id);
}

Result<Status> StatusMarkService::mute(db::Tx& tx, const Account& who, StatusId id) {
  auto status = TRY(visible_original(tx, who.id, id));
  if (status.conversation_id) store::mute_conversation(tx, who.id, *status.conversation_id);
  return status;
}

Result<Status> StatusMarkService::unmute(db::Tx& tx, const Account& who, StatusId id) {
  auto status = TRY(visible_original(tx, who.id, id));
  if (status.conversation_id) store::unmute_conversation(tx, who.id, *status.conversation_id);
  return status;
}

void StatusMarkService::receive_pins(db::Tx& tx, const Account& who, std::span<const StatusId> featured) {
  const auto kept = featured.first(std::min(featured.size(), kMaxRemotePins));
  for (const auto id : store::lock_pins(tx, who.id)) store::delete_pin(tx, who.id, id);
  std::vector<StatusId> own;
  for (const auto& status : store::list_visible_statuses(tx, who.id, kept)) {
    if (status.account_id == who.id && !status.is_reblog()) own.push_back(status.id);
  }
  // The first of the collection is the newest pin.
  for (std::size_t i = kept.size(); i-- > 0;) {
    if (std::ranges::find(own, kept[i]) != own.end()) {
      store::insert_pin(tx, who.id, kept[i], env_.ids.next<StatusId>().value);
    }
  }
}

}  // namespace dunlin::service
