#include "dunlin/api/entities/push_subscription.hpp"

#include <algorithm>
#include <array>

namespace dunlin::api::entities {

namespace {

/// Those that clients expect to find whatever they asked for; further ones only when they were named.
constexpr std::array<std::string_view, 10> kAlwaysShown{"mention",        "status",      "reblog", "follow",
                                                        "follow_request", "favourite",   "poll",   "update",
                                                        "admin.sign_up",  "admin.report"};

void render_alerts(json::Writer& out, const model::PushSubscription& subscription) {
  const auto& on = subscription.alerts_on;
  const auto is_further = [](const std::string& type) {
    return std::ranges::find(kAlwaysShown, type) == kAlwaysShown.end();
  };
  out.begin_object();
  for (const auto type : kAlwaysShown) out.field(type, std::ranges::find(on, type) != on.end());
  for (const auto& type : on) {
    if (is_further(type)) out.field(type, true);
  }
  for (const auto& type : subscription.alerts_off) {
    if (is_further(type)) out.field(type, false);
  }
  out.end_object();
}

}  // namespace

void render_push_subscription(json::Writer& out, const model::PushSubscription& subscription,
                              std::string_view server_key) {
  out.begin_object();
  out.field("id", subscription.id);  // a number: Tusky and Ice Cubes read it as such
  out.field("endpoint", subscription.endpoint);
  out.field("standard", subscription.standard);
  out.key("alerts");
  render_alerts(out, subscription);
  out.field("server_key", server_key);
  out.field("policy", model::to_string(subscription.policy));
  out.end_object();
}

}  // namespace dunlin::api::entities
