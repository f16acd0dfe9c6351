#include "handlers.hpp"
#include "token_text.hpp"

#include "dunlin/api/entities/push_subscription.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/notification.hpp"
#include "dunlin/store/push_subscriptions.hpp"

namespace dunlin::api {

namespace {

http::Response subscription_answer(const Call& call, const model::PushSubscription& subscription) {
  json::Writer out;
  entities::render_push_subscription(out, subscription, service::PushSubscriptionService::vapid_public_key(call.tx()));
  return call.json(out.take());
}

/// `data[alerts]` and the policy, which some clients put beside `data`.
service::PushAlerts read_alerts(const http::Params& params) {
  service::PushAlerts alerts;
  for (const auto type : model::notification_types()) {
    const auto name = model::to_string(type);
    const auto wanted = params.boolean_at({"data", "alerts", name});
    if (!wanted) continue;
    (*wanted ? alerts.on : alerts.off).emplace_back(name);
  }
  alerts.policy = params.text_at({"data", "policy"});
  if (!alerts.policy) alerts.policy = params.text("policy");
  return alerts;
}

}  // namespace

Result<http::Response> show_push_subscription(Call& call) {
  const auto subscription = store::find_push_subscription(call.tx(), call.bearer()->token.id);
  if (!subscription) return fail(Errc::not_found, "Record not found");
  return subscription_answer(call, *subscription);
}

Result<http::Response> create_push_subscription(Call& call) {
  const auto& params = call.params();
  const service::PushRequest request{.endpoint = params.text_at({"subscription", "endpoint"}).value_or(""),
                                     .p256dh = params.text_at({"subscription", "keys", "p256dh"}).value_or(""),
                                     .auth = params.text_at({"subscription", "keys", "auth"}).value_or(""),
                                     .standard = params.boolean_at({"subscription", "standard"}).value_or(false),
                                     .alerts = read_alerts(params)};
  return subscription_answer(
      call, TRY(call.services().push_subscriptions.subscribe(call.tx(), call.bearer()->token, *call.viewer_id(),
                                                             token_text(call.request(), params), request)));
}

Result<http::Response> update_push_subscription(Call& call) {
  return subscription_answer(call, TRY(call.services().push_subscriptions.update(call.tx(), call.bearer()->token.id,
                                                                                 read_alerts(call.params()))));
}

Result<http::Response> delete_push_subscription(Call& call) {
  store::delete_push_subscription(call.tx(), call.bearer()->token.id);
  return call.json("{}");
}

}  // namespace dunlin::api
