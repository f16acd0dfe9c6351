#include "key_lookups.hpp"

#include "visitor.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/attempt_limiter.hpp"

#include <chrono>

namespace dunlin::web {

namespace {

using activitypub::FederationService;

constexpr std::chrono::minutes kWindow{5};
// A server that has lost keys of its own may well stumble now and then.
constexpr int kMostToHost = 10;
constexpr int kMost = 50;
// Whoever has many addresses still asks one server for little.
constexpr int kMostOfAllToHost = 300;
constexpr std::chrono::hours kProvenFor{24};
constexpr int kMostProven = 1000;  // the more often, the longer it is remembered when memory is short

std::string host_key(std::string_view key_id) {
  return "host " + domain_of(key_id);
}

std::string proof_key(const std::string& visitor, std::string_view key_id) {
  return "proven " + visitor + ' ' + domain_of(key_id);
}

bool has_proven(const service::Environment& env, const std::string& visitor, std::string_view key_id) {
  auto& proofs = FederationService::of(env).inbox_limiter();
  return proofs.left(proof_key(visitor, key_id), kMostProven) < kMostProven;
}

}  // namespace

KeyLookups::KeyLookups(const api::Call& call, std::string_view key_id)
    : call_(call), key_id_(key_id), host_(host_key(key_id)), visitor_(visitor_of(call.request())) {}

bool KeyLookups::has_fetched() const {
  return !call_.documents().is_first_run();
}

bool KeyLookups::exhausted() const {
  if (has_fetched()) return false;
  auto& lookups = FederationService::of(call_.env()).vain_lookups();
  const auto has_had = [&](const std::string& key, int most) { return lookups.left(key, most) == 0; };
  if (visitor_ && (has_had(*visitor_ + ' ' + host_, kMostToHost) || has_had(*visitor_, kMost))) return true;
  return has_had(host_, kMostOfAllToHost) && !(visitor_ && has_proven(call_.env(), *visitor_, key_id_));
}

void KeyLookups::failed() const {
  if (!has_fetched()) return;
  auto& lookups = FederationService::of(call_.env()).vain_lookups();
  lookups.count(host_, kMostOfAllToHost, kWindow);
  if (!visitor_) return;
  lookups.count(*visitor_ + ' ' + host_, kMostToHost, kWindow);
  lookups.count(*visitor_, kMost, kWindow);
}

void note_proven(const service::Environment& env, const http::Request& request, std::string_view key_id) {
  const auto visitor = visitor_of(request);
  if (visitor) FederationService::of(env).inbox_limiter().count(proof_key(*visitor, key_id), kMostProven, kProvenFor);
}

}  // namespace dunlin::web
