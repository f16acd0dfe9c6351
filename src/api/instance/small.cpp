#include "handlers.hpp"

#include "dunlin/base/language_names.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/posting_languages.hpp"

#include <chrono>
#include <string>

namespace dunlin::api {

Result<http::Response> list_languages(Call& call) {
  json::Writer out;
  out.begin_array();
  for (const auto& code : service::posting_languages()) {
    out.begin_object().field("code", code).field("name", language_name(code)).end_object();
  }
  out.end_array();
  return Call::cacheable(call.json(out.take()), std::chrono::hours(24));
}

/// There are none: no body, as the only endpoint that may (client-api.md 1.1).
Result<http::Response> list_donation_campaigns(Call&) {
  http::Response response;
  response.status = 204;
  return response;
}

/// Proofs of identity were a feature of old; no account has one.
Result<http::Response> list_identity_proofs(Call& call) {
  auto response = call.json("[]");
  response.headers.set("Deprecation", "@1648598400");
  return response;
}

/// Accounts that send their posts by mail: a feature that is off.
Result<http::Response> subscribe_by_email(Call&) {
  return fail(Errc::not_found, "Not Found");
}

}  // namespace dunlin::api
