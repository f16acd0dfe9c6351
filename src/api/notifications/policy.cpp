#include "handlers.hpp"

#include "dunlin/json/writer.hpp"
#include "dunlin/store/notification_policies.hpp"

namespace dunlin::api {

namespace {

using model::NotificationPolicy;
using model::PolicyAction;

void render_summary(json::Writer& out, Call& call) {
  const auto pending = store::count_pending_notifications(call.tx(), *call.viewer_id());
  out.key("summary").begin_object();
  out.field("pending_requests_count", pending.requests);
  out.field("pending_notifications_count", pending.notifications);
  out.end_object();
}

http::Response policy_answer(Call& call, const NotificationPolicy& policy) {
  json::Writer out;
  out.begin_object();
  out.field("for_not_following", model::to_string(policy.for_not_following));
  out.field("for_not_followers", model::to_string(policy.for_not_followers));
  out.field("for_new_accounts", model::to_string(policy.for_new_accounts));
  out.field("for_private_mentions", model::to_string(policy.for_private_mentions));
  out.field("for_limited_accounts", model::to_string(policy.for_limited_accounts));
  out.field("for_bots", model::to_string(policy.for_bots));
  render_summary(out, call);
  out.end_object();
  return call.json(out.take());
}

http::Response v1_policy_answer(Call& call, const NotificationPolicy& policy) {
  const auto filters = [](PolicyAction action) { return action != PolicyAction::accept; };
  json::Writer out;
  out.begin_object();
  out.field("filter_not_following", filters(policy.for_not_following));
  out.field("filter_not_followers", filters(policy.for_not_followers));
  out.field("filter_new_accounts", filters(policy.for_new_accounts));
  out.field("filter_private_mentions", filters(policy.for_private_mentions));
  out.field("filter_bots", filters(policy.for_bots));
  render_summary(out, call);
  out.end_object();
  return call.json(out.take());
}

/// What an old client's yes or no means for a setting that is `now`: yes does not weaken what drops.
std::optional<std::string> read_v1_setting(const Call& call, std::string_view name, PolicyAction now) {
  const auto wanted = call.params().boolean(name);
  if (!wanted || (*wanted && now == PolicyAction::drop)) return std::nullopt;
  return std::string(model::to_string(*wanted ? PolicyAction::filter : PolicyAction::accept));
}

}  // namespace

Result<http::Response> show_notification_policy(Call& call) {
  return policy_answer(call, store::get_notification_policy(call.tx(), *call.viewer_id()));
}

Result<http::Response> update_notification_policy(Call& call) {
  const auto& params = call.params();
  const service::PolicyChanges changes{.for_not_following = params.text("for_not_following"),
                                       .for_not_followers = params.text("for_not_followers"),
                                       .for_new_accounts = params.text("for_new_accounts"),
                                       .for_private_mentions = params.text("for_private_mentions"),
                                       .for_limited_accounts = params.text("for_limited_accounts"),
                                       .for_bots = params.text("for_bots")};
  return policy_answer(call, TRY(call.services().notification_policies.update(call.tx(), *call.viewer_id(), changes)));
}

Result<http::Response> show_v1_notification_policy(Call& call) {
  return v1_policy_answer(call, store::get_notification_policy(call.tx(), *call.viewer_id()));
}

Result<http::Response> update_v1_notification_policy(Call& call) {
  const auto now = store::get_notification_policy(call.tx(), *call.viewer_id());
  const service::PolicyChanges changes{
      .for_not_following = read_v1_setting(call, "filter_not_following", now.for_not_following),
      .for_not_followers = read_v1_setting(call, "filter_not_followers", now.for_not_followers),
      .for_new_accounts = read_v1_setting(call, "filter_new_accounts", now.for_new_accounts),
      .for_private_mentions = read_v1_setting(call, "filter_private_mentions", now.for_private_mentions),
      .for_bots = read_v1_setting(call, "filter_bots", now.for_bots)};
  return v1_policy_answer(call,
                          TRY(call.services().notification_policies.update(call.tx(), *call.viewer_id(), changes)));
}

}  // namespace dunlin::api
