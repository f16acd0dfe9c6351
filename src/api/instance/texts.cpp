#include "handlers.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/privacy_text.hpp"
#include "dunlin/store/instance_texts.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace dunlin::api {

namespace {

constexpr std::chrono::minutes kMaxAge{5};

http::Response long_text(Call& call, const std::optional<Time>& updated_at, const std::string& content) {
  json::Writer out;
  out.begin_object().field("updated_at", updated_at).field("content", content).end_object();
  return Call::cacheable(call.json(out.take()), kMaxAge);
}

http::Response answer(Call& call, const store::Terms& terms) {
  json::Writer out;
  out.begin_object();
  out.field("effective_date", terms.effective_on);
  out.field("effective", terms.effective);
  out.field("content", terms.content);
  out.field("succeeded_by", terms.succeeded_by);
  out.end_object();
  return Call::cacheable(call.json(out.take()), kMaxAge);
}

}  // namespace

Result<http::Response> show_extended_description(Call& call) {
  const auto text = store::find_instance_text(call.tx(), store::InstanceText::about);
  return long_text(call, text ? std::optional(text->updated_at) : std::nullopt, text ? text->content : "");
}

Result<http::Response> show_privacy_policy(Call& call) {
  const auto text = store::find_instance_text(call.tx(), store::InstanceText::privacy_policy);
  return long_text(call, text ? text->updated_at : Time(service::kPrivacyPolicyOf),
                   text ? text->content : service::default_privacy_policy(call.config()));
}

Result<http::Response> show_terms(Call& call) {
  const auto terms = store::find_current_terms(call.tx());
  if (!terms) return fail(Errc::not_found, "Record not found");
  return answer(call, *terms);
}

Result<http::Response> show_terms_of_date(Call& call) {
  const std::string date(call.path_text("date"));
  const auto time = date.size() == 10 ? parse_iso8601(date + "T00:00:00Z") : std::nullopt;
  if (!time) return fail(Errc::invalid, "Invalid date supplied");
  const auto terms = store::find_terms(call.tx(), date);
  if (!terms) return fail(Errc::not_found, "Record not found");
  return answer(call, *terms);
}

}  // namespace dunlin::api
