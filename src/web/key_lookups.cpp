#include "key_lookups.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/attempt_limiter.hpp"

#include <chrono>

namespace dunlin::web {

namespace {

constexpr std::chrono::minutes kWindow{5};
// A server that has lost keys of its own may well stumble now and then.
constexpr int kMostToHost = 10;
constexpr int kMost = 50;
// Whoever has many addresses still asks one server for little.
constexpr int kMostOfAllToHost = 300;

}  // namespace

KeyLookups::KeyLookups(const api::Call& call, std::string_view key_id)
    : call_(call), visitor_(service::network_of(call.request().remote_address)) {
  host_ = "host " + domain_of(key_id);
  visitor_to_host_ = visitor_ + ' ' + host_;
}

bool KeyLookups::has_fetched() const {
  return !call_.documents().is_first_run();
}

bool KeyLookups::exhausted() const {
  auto& lookups = activitypub::FederationService::of(call_.env()).vain_lookups();
  const auto has_had = [&](const std::string& key, int most) {
    return lookups.count(key, most, kWindow, true).remaining == 0;
  };
  return !has_fetched() &&
         (has_had(visitor_to_host_, kMostToHost) || has_had(visitor_, kMost) || has_had(host_, kMostOfAllToHost));
}

void KeyLookups::failed() const {
  if (!has_fetched()) return;
  auto& lookups = activitypub::FederationService::of(call_.env()).vain_lookups();
  lookups.count(visitor_to_host_, kMostToHost, kWindow);
  lookups.count(visitor_, kMost, kWindow);
  lookups.count(host_, kMostOfAllToHost, kWindow);
}

}  // namespace dunlin::web
