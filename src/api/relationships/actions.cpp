#include "handlers.hpp"
#include "lists.hpp"

namespace dunlin::api {

namespace {

using Action = Result<model::Relationship> (service::RelationshipService::*)(db::Tx&, const model::Account&, AccountId);

/// Actions that need nothing but the other account.
Result<http::Response> act_on(Call& call, Action action) {
  const auto id = TRY(call.path_id<AccountId>("id"));
  return one_relationship(call, TRY((call.services().relationships.*action)(call.tx(), call.viewer(), id)));
}

}  // namespace

Result<http::Response> block_account(Call& call) {
  return act_on(call, &service::RelationshipService::block);
}

Result<http::Response> unblock_account(Call& call) {
  return act_on(call, &service::RelationshipService::unblock);
}

Result<http::Response> mute_account(Call& call) {
  const auto id = TRY(call.path_id<AccountId>("id"));
  const auto seconds = call.params().integer("duration").value_or(0);
  const service::MuteOptions options{
      .notifications = call.params().boolean("notifications").value_or(true),
      .duration = seconds > 0 ? std::optional(std::chrono::seconds(seconds)) : std::nullopt};
  return one_relationship(call, TRY(call.services().relationships.mute(call.tx(), call.viewer(), id, options)));
}

Result<http::Response> unmute_account(Call& call) {
  return act_on(call, &service::RelationshipService::unmute);
}

Result<http::Response> note_account(Call& call) {
  const auto id = TRY(call.path_id<AccountId>("id"));
  const auto comment = call.params().text("comment").value_or("");
  return one_relationship(call, TRY(call.services().relationships.set_note(call.tx(), call.viewer(), id, comment)));
}

Result<http::Response> endorse_account(Call& call) {
  return act_on(call, &service::RelationshipService::endorse);
}

Result<http::Response> unendorse_account(Call& call) {
  return act_on(call, &service::RelationshipService::unendorse);
}

}  // namespace dunlin::api
