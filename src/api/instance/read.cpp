#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/api/entities/instance.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/instance.hpp"
#include "dunlin/store/instance_texts.hpp"

#include <chrono>
#include <string>

namespace dunlin::api {

namespace {

constexpr std::chrono::minutes kMaxAge{5};

std::string contact_account(Call& call) {
  const auto& username = call.config().instance.contact_account;
  if (username.empty()) return {};
  const auto account = store::find_account_by_handle(call.tx(), username, std::nullopt);
  return account ? one_account(call, *account) : std::string();
}

using RenderInstance = void (*)(json::Writer&, const entities::InstanceView&);

http::Response instance_answer(Call& call, RenderInstance render) {
  const auto counts = store::count_instance(call.tx());
  const auto contact = contact_account(call);
  const auto rules = store::list_rules(call.tx());
  const auto vapid_key = service::PushSubscriptionService::vapid_public_key(call.tx());
  json::Writer out;
  render(out, {.config = call.config(),
               .counts = counts,
               .contact_account = contact,
               .rules = rules,
               .vapid_key = vapid_key,
               .has_terms = store::find_current_terms(call.tx()).has_value()});
  return Call::cacheable(call.json(out.take()), kMaxAge);
}

}  // namespace

Result<http::Response> show_instance(Call& call) {
  return instance_answer(call, &entities::render_instance);
}

Result<http::Response> show_v1_instance(Call& call) {
  auto response = instance_answer(call, &entities::render_v1_instance);
  response.headers.set("Deprecation", "@1668384000");
  return response;
}

Result<http::Response> list_rules(Call& call) {
  json::Writer out;
  entities::render_rules(out, store::list_rules(call.tx()));
  return Call::cacheable(call.json(out.take()), kMaxAge);
}

Result<http::Response> list_custom_emojis(Call& call) {
  json::Writer out;
  out.begin_array();
  for (const auto& emoji : store::list_custom_emojis(call.tx())) {
    entities::render_custom_emoji(out, entities::shown_emoji(call.config(), emoji));
  }
  out.end_array();
  return Call::cacheable(call.json(out.take()), kMaxAge);
}

}  // namespace dunlin::api
