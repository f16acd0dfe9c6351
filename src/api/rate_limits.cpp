#include "rate_limits.hpp"

#include "dunlin/base/time_format.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace dunlin::api {

namespace {

using http::Method;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

enum class By : std::uint8_t { account, address };

/// What costs more than a read. Rows of one name share their count.
struct Rule {
  std::string_view name;
  Method method;
  std::string_view pattern;
  By by;
  int limit;
  seconds window;
  bool only_with_files = false;
};
constexpr Rule kRules[] = {
    {"upload", Method::post, "/api/v1/media", By::account, 30, minutes(30)},
    {"upload", Method::post, "/api/v2/media", By::account, 30, minutes(30)},
    // Another thumbnail is decoded like an upload; another text costs nothing.
    {"upload", Method::put, "/api/v1/media/:id", By::account, 30, minutes(30), true},
    {"upload", Method::patch, "/api/v1/media/:id", By::account, 30, minutes(30), true},
    {"delete", Method::delete_, "/api/v1/statuses/:id", By::account, 30, minutes(30)},
    {"delete", Method::post, "/api/v1/statuses/:id/unreblog", By::account, 30, minutes(30)},
    {"post", Method::post, "/api/v1/statuses", By::account, 300, hours(3)},
    {"post", Method::put, "/api/v1/statuses/:id", By::account, 300, hours(3)},
    {"post", Method::post, "/api/v1/statuses/:id/reblog", By::account, 300, hours(3)},
    {"follow", Method::post, "/api/v1/accounts/:id/follow", By::account, 400, hours(24)},
    {"follow", Method::post, "/api/v1/tags/:name/follow", By::account, 400, hours(24)},
    {"report", Method::post, "/api/v1/reports", By::account, 400, hours(24)},
    {"sign-up", Method::post, "/api/v1/accounts", By::address, 5, minutes(30)},
    {"application", Method::post, "/api/v1/apps", By::address, 5, minutes(10)},
    {"confirmation", Method::post, "/api/v1/emails/confirmations", By::address, 25, minutes(5)},
    {"confirmation of", Method::post, "/api/v1/emails/confirmations", By::account, 5, minutes(30)},
};

bool is_page(const Call& call) {
  static constexpr std::array<std::string_view, 4> kCursors{"page", "max_id", "min_id", "since_id"};
  return std::ranges::any_of(kCursors, [&](std::string_view name) { return call.params().has(name); });
}

}  // namespace

/// The limits that one request has met.
class RateLimits::Tally {
 public:
  Tally(service::AttemptLimiter& attempts, bool again) : attempts_(attempts), again_(again) {}

  void count(std::string_view name, const std::string& who, int limit, seconds window) {
    if (who.empty()) return;
    const Usage usage = attempts_.count(std::string(name) + " " + who, limit, window, again_);
    const auto nearer = [](const Usage& a, const Usage& b) {
      return a.allowed != b.allowed ? !a.allowed : a.remaining < b.remaining;
    };
    if (!nearest_ || nearer(usage, *nearest_)) nearest_ = usage;
  }
  [[nodiscard]] const std::optional<Usage>& nearest() const { return nearest_; }

 private:
  service::AttemptLimiter& attempts_;
  bool again_;
  std::optional<Usage> nearest_;
};

void RateLimits::count_general(Tally& tally, const Call& call) const {
  const auto& bearer = call.bearer();
  const std::string address = service::network_of(call.request().remote_address);
  const std::string user = call.has_user() ? call.user().id.str() : std::string();
  if (bearer) {
    tally.count("token", bearer->token.id.str(), 300, minutes(5));
  } else {
    tally.count("address", address, 300, minutes(5));
  }
  tally.count("user", user, 1500, minutes(5));
  if (is_page(call)) tally.count("pages", user.empty() ? address : user, 300, minutes(15));
}

std::optional<RateLimits::Usage> RateLimits::count(const Route& route, const Call& call) {
  if (!env_.config.limits.rate_limits || !call.request().path.starts_with("/api/")) return std::nullopt;
  Tally tally(attempts_, !call.documents().is_first_run());
  count_general(tally, call);
  for (const Rule& rule : kRules) {
    if (rule.method != route.method || rule.pattern != route.pattern) continue;
    if (rule.only_with_files && call.params().files().empty()) continue;
    const bool by_address = rule.by == By::address;
    if (by_address) {
      tally.count(rule.name, service::network_of(call.request().remote_address), rule.limit, rule.window);
    } else if (call.has_user()) {
      tally.count(rule.name, call.user().account_id.str(), rule.limit, rule.window);
    }
  }
  return tally.nearest();
}

void add_rate_headers(const RateLimits::Usage& usage, Time now, http::Response& response) {
  response.headers.set("X-RateLimit-Limit", std::to_string(usage.limit));
  response.headers.set("X-RateLimit-Remaining", std::to_string(usage.remaining));
  // Six digits, as Mastodon's clients parse it.
  std::string reset = format_iso8601(usage.resets_at);
  reset.insert(reset.size() - 1, "000");
  response.headers.set("X-RateLimit-Reset", std::move(reset));
  if (response.status != 429) return;
  const auto wait = std::chrono::ceil<seconds>(usage.resets_at - now).count();
  response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, wait)));
}

}  // namespace dunlin::api
