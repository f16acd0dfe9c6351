#include "activitypub_inbox.hpp"

#include "activitypub_documents.hpp"
#include "visitor.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/followers_sync.hpp"
#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/activitypub/intake.hpp"
#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/refusals.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/api/route.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

/// The inbox: steps 1 to 11 of federation.md 3.1. Whatever is answered with 202 is in the database, or was not worth
/// it.
namespace dunlin::web {

namespace {

using activitypub::Activity;
using activitypub::ActivityType;
using activitypub::Reason;

// One server's share: 50 a second over a minute, more than any sends that is well.
constexpr int kMostOfHost = 3000;
constexpr std::chrono::seconds kHostWindow{60};
// One network's share of signatures that do not verify: each costs a look at the body, at the database and at a key.
constexpr int kMostFailures = 100;
constexpr std::chrono::seconds kFailureWindow{300};

http::Response accepted() {
  http::Response response;
  response.status = 202;
  return response;
}

/// Large bodies wait in a file.
Result<std::string> read_body(const http::Request& request) {
  if (!request.body_file) return request.body;
  std::ifstream file(request.body_file->path(), std::ios::binary);
  std::string body(std::istreambuf_iterator<char>(file), {});
  if (!file) return fail(Errc::internal, "The request body was lost");
  return body;
}

/// Mastodon tells the whole world of each deleted account: of those we never met there is nothing to delete, and no key
/// is worth fetching.
bool concerns_a_stranger(const Activity& activity, db::Tx& tx) {
  const bool about_itself = (activity.type == ActivityType::delete_ || activity.type == ActivityType::update) &&
                            activity.object_id() == activity.actor;
  return about_itself && !store::find_account_by_uri(tx, activity.actor);
}

http::Response refusal(const Error& error, const Activity& activity) {
  // The owner of a key that is gone has deleted itself, as this says.
  if (error.code == Errc::gone && activity.type == ActivityType::delete_) return accepted();
  if (error.code == Errc::remote_failed) {
    http::Response response = http::json_error(503, "The signature's key cannot be fetched at the moment");
    response.headers.add("Retry-After", "300");
    return response;
  }
  if (error.code == Errc::gone) return http::json_error(401, "The signature's key is gone");
  return api::to_response(error);
}

http::Response forbidden() {
  return http::json_error(403, "This action is not allowed");
}

http::Response too_many(std::chrono::seconds window) {
  http::Response response = http::json_error(429, "Too many requests");
  response.headers.add("Retry-After", std::to_string(window.count()));
  return response;
}

std::optional<std::string> failure_key(const service::Environment& env, const http::Request& request) {
  const auto visitor = visitor_of(request);
  if (!env.config.limits.rate_limits || !visitor) return std::nullopt;
  return "failed " + *visitor;
}

bool has_failed_too_often(const service::Environment& env, const http::Request& request) {
  const auto key = failure_key(env, request);
  auto& limiter = activitypub::FederationService::of(env).inbox_limiter();
  return key && limiter.left(*key, kMostFailures) == 0;
}

/// Of a network whose signatures have failed often of late nothing is looked up. Many may send from one address:
/// whoever proves himself by a key that is known by heart is none of those who fail.
bool is_turned_away(const service::Environment& env, const http::Request& request) {
  if (!has_failed_too_often(env, request)) return false;
  if (!RequestSignature::is_claimed(request)) return true;
  const auto body = read_body(request);
  if (!body) return true;
  const auto signature = RequestSignature::open(env, request, *body);
  return !signature || !signature->verify_remembered(activitypub::FederationService::of(env).signers());
}

void count_failure(const service::Environment& env, const http::Request& request) {
  auto& limiter = activitypub::FederationService::of(env).inbox_limiter();
  if (const auto key = failure_key(env, request)) limiter.count(*key, kMostFailures, kFailureWindow);
}

/// So that an admin who is asked why finds it among the verdicts.
void tell_of_refusal(const api::Call& call, db::Tx& tx, std::string_view host, const Activity& activity, Reason why,
                     std::string_view reason, const std::optional<std::string>& network = std::nullopt) {
  if (const auto row = activitypub::refusal_row(call.env(), host, activity, why, reason, network)) {
    store::insert_refusal(tx, *row);
  }
}

std::string network_of(const http::Request& request) {
  return service::network_of(request.remote_address);
}

/// The same of a request that is not verified, where nothing else is written.
Result<void> tell_of_claim(api::Call& call, std::string_view host, const Activity& activity, Reason why,
                           std::string_view reason) {
  const auto row = activitypub::refusal_row(call.env(), host, activity, why, reason, network_of(call.request()));
  if (!row) return {};
  return call.session().write([&](db::Tx& tx) -> Result<void> {
    store::insert_refusal(tx, *row);
    return {};
  });
}

/// Steps 8 to 11, in one transaction.
Result<http::Response> take(api::Call& call, db::Tx& tx, const RequestSignature& signature, const Activity& activity,
                            const std::string& body) {
  const auto proven = signature.verify(call, tx);
  if (!proven) {
    const Error& error = proven.error();
    if (error.code == Errc::need_remote) return std::unexpected(error);
    auto response = refusal(error, activity);
    if (response.status == 401) {
      const auto key_ids = signature.key_ids();
      tell_of_refusal(call, tx, domain_of(key_ids.empty() ? activity.actor : key_ids.front()), activity,
                      Reason::bad_signature, error.detail.empty() ? error.message : error.detail,
                      network_of(call.request()));
      count_failure(call.env(), call.request());
    }
    return response;
  }
  const model::Account* signer = &proven->account;
  const std::string authority = domain_of(signer->uri);
  if (signer->suspended_at && !activitypub::is_open_to_suspended(activity)) {
    tell_of_refusal(call, tx, authority, activity, Reason::suspended, "the actor is suspended");
    return forbidden();
  }
  auto& federation = activitypub::FederationService::of(call.env());
  if (!federation.policies().may_federate(*signer)) {
    tell_of_refusal(call, tx, authority, activity, Reason::domain_policy, "its domain is blocked");
    return forbidden();
  }
  if (!is_within_limit(call.env(), authority)) {
    tell_of_refusal(call, tx, authority, activity, Reason::flood, "too many requests in a minute");
    return too_many(kHostWindow);
  }
  const auto id = call.env().ids.next<ActivityId>();
  const store::InboundActivity row{.id = id,
                                   .uri = activitypub::receipt_of(activity, signer->uri, proven->signature),
                                   .signer_id = signer->id,
                                   .host = authority,
                                   .type = activity.type_name,
                                   .body = body};
  if (store::insert_inbound_activity(tx, row)) {
    federation.queue().enqueue(
        tx, {.kind = jobs::kProcessActivity, .payload = id.str(), .run_at = std::nullopt, .unique_key = std::nullopt});
  }
  federation.deliveries().host_spoke(tx, row.host);
  if (const auto field = call.request().headers.get(activitypub::kSynchronizationHeader); !field.empty()) {
    activitypub::receive_synchronization(call.env(), tx, *signer, field);
  }
  // Who signs by the newer scheme reads it, too (federation.md 2.6).
  if (signature.is_rfc9421()) {
    const std::array hosts{row.host};
    jobs::learn_signature_scheme(tx, hosts, static_cast<int>(crypto::SignatureScheme::rfc9421));
  }
  return accepted();
}

Result<http::Response> receive(api::Call& call) {
  if (call.config().federation.mode == "off") return fail(Errc::not_found, "Not Found");
  TRY_VOID(check_inbox_headers(call.request().headers));
  const std::string body = TRY(read_body(call.request()));
  auto parsed = activitypub::parse_envelope(body);
  if (!parsed) {
    count_failure(call.env(), call.request());
    return std::unexpected(std::move(parsed).error());
  }
  const Activity& activity = *parsed;
  const auto stranger = TRY(call.session().read([&](db::Tx& tx) -> Result<bool> {
    activitypub::FederationService::of(call.env()).policies().refresh(tx);
    return concerns_a_stranger(activity, tx);
  }));
  if (stranger) return accepted();
  const auto opened = RequestSignature::open(call.env(), call.request(), body);
  if (!opened) {
    const Error& error = opened.error();
    count_failure(call.env(), call.request());
    TRY_VOID(tell_of_claim(call, domain_of(activity.actor), activity, Reason::bad_signature,
                           error.detail.empty() ? error.message : error.detail));
    return std::unexpected(error);
  }
  const RequestSignature& signature = *opened;
  if (const auto host = find_blocked(activitypub::FederationService::of(call.env()).policies(), signature, activity)) {
    TRY_VOID(tell_of_claim(call, *host, activity, Reason::domain_policy, "its domain is blocked"));
    return forbidden();
  }
  const auto work = [&](db::Tx& tx) { return take(call, tx, signature, activity, body); };
  try {
    return call.session().write(work);
  } catch (const db::UniqueViolation&) {
    // Two requests from a new actor at once: the other one has stored it.
    return call.session().write(work);
  }
}

}  // namespace

Result<void> check_inbox_headers(const http::Headers& headers) {
  const auto encoding = text::trim(headers.get("Content-Encoding"));
  if (!encoding.empty() && !text::equals_ignore_case(encoding, "identity")) {
    return fail(Errc::unsupported_media, "The body must not be encoded");
  }
  if (!activitypub::is_inbox_type(headers.get("Content-Type"))) {
    return fail(Errc::unsupported_media, "The body must be an ActivityPub document");
  }
  return {};
}

std::optional<std::string> find_blocked(const service::DomainPolicies& policies, const RequestSignature& signature,
                                        const Activity& activity) {
  auto ids = signature.key_ids();
  ids.push_back(activity.actor);
  if (!activity.id.empty()) ids.push_back(activity.id);
  for (const std::string& id : ids) {
    if (auto host = domain_of(id); !policies.may_federate(host)) return host;
  }
  return std::nullopt;
}

bool is_within_limit(const service::Environment& env, std::string_view authority) {
  auto& limiter = activitypub::FederationService::of(env).inbox_limiter();
  return !env.config.limits.rate_limits || limiter.allow(authority, kMostOfHost, kHostWindow);
}

Result<http::Response> receive_shared(api::Call& call) {
  if (is_turned_away(call.env(), call.request())) return too_many(kFailureWindow);
  return receive(call);
}

Result<http::Response> receive_personal(api::Call& call) {
  if (is_turned_away(call.env(), call.request())) return too_many(kFailureWindow);
  TRY(call.session().read([&](db::Tx& tx) -> Result<model::Account> {
    auto found = path_account(call, tx);
    // So that who still has it among its followers can take it off.
    if (is_path_account_deleted(call, tx, found)) return fail(Errc::gone, "The account has been deleted");
    return found;
  }));
  return receive(call);
}

}  // namespace dunlin::web
