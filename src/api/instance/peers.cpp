#include "handlers.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/domain_policy.hpp"
#include "dunlin/store/domain_policies.hpp"
#include "dunlin/store/instance_activity.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace dunlin::api {

namespace {

constexpr int kFoundPeers = 10;
constexpr std::chrono::hours kMaxAge{1};

std::string list_of(const std::vector<std::string>& texts) {
  json::Writer out;
  out.begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
  return out.take();
}

/// The middle of each part of the name as stars: enough for who knows it already.
std::string obfuscated(std::string_view domain) {
  std::string out(domain);
  const auto dot = out.rfind('.');
  const std::size_t end = dot == std::string::npos ? out.size() : dot;
  const std::size_t shown = end / 4;
  for (std::size_t i = shown; i + shown < end; ++i) {
    if (out[i] != '.') out[i] = '*';
  }
  return out;
}

bool may_read_blocks(const Call& call) {
  const auto& whom = call.config().instance.publish_domain_blocks;
  return whom == "all" || (whom == "users" && call.has_user());
}

}  // namespace

Result<http::Response> list_peers(Call& call) {
  if (!call.config().instance.publish_peers) return fail(Errc::not_found, "Not Found");
  return Call::cacheable(call.json(list_of(store::list_peers(call.tx()))), kMaxAge);
}

Result<http::Response> search_peers(Call& call) {
  if (!call.config().instance.publish_peers) return fail(Errc::not_found, "Not Found");
  const auto query = text::to_lower_ascii(text::trim(call.params().text("q").value_or("")));
  return Call::cacheable(call.json(list_of(store::search_peers(call.tx(), query, kFoundPeers))), kMaxAge);
}

Result<http::Response> show_activity(Call& call) {
  if (!call.config().instance.publish_activity) return fail(Errc::not_found, "Not Found");
  json::Writer out;
  out.begin_array();
  for (const auto& week : store::list_weekly_activity(call.tx())) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(week.week).time_since_epoch().count();
    out.begin_object();
    out.field("week", std::to_string(seconds));
    out.field("statuses", std::to_string(week.statuses));
    out.field("logins", std::to_string(week.logins));
    out.field("registrations", std::to_string(week.registrations));
    out.end_object();
  }
  out.end_array();
  return Call::cacheable(call.json(out.take()), kMaxAge);
}

Result<http::Response> list_instance_domain_blocks(Call& call) {
  if (!may_read_blocks(call)) return fail(Errc::not_found, "Not Found");
  json::Writer out;
  out.begin_array();
  for (const auto& policy : store::list_domain_policies(call.tx())) {
    if (policy.severity == model::DomainSeverity::none) continue;
    out.begin_object();
    out.field("domain", policy.obfuscate ? obfuscated(policy.domain) : policy.domain);
    out.field("digest", text::hex_encode(crypto::sha256(policy.domain)));
    out.field("severity", policy.severity == model::DomainSeverity::suspend ? "suspend" : "silence");
    out.key("comment");
    if (call.config().instance.publish_domain_block_reasons) {
      out.value(policy.public_comment);
    } else {
      out.value(nullptr);
    }
    out.end_object();
  }
  out.end_array();
  return call.cacheable_when_anonymous(call.json(out.take()));
}

}  // namespace dunlin::api
