#include "input.hpp"

#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"

#include <algorithm>
#include <array>

namespace dunlin::api {

namespace {

constexpr int kDefaultNotifications = 40;
constexpr int kMaxNotifications = 80;
constexpr int kDefaultCount = 100;
constexpr int kMaxCount = 1000;

/// Types of our own invention, which strict clients choke on: only for those that name them.
constexpr std::array kOwnTypes{model::NotificationType::emoji_reaction};

}  // namespace

model::Page read_notification_page(const Call& call) {
  return http::read_page(call.params(), kDefaultNotifications, kMaxNotifications);
}

int read_count_limit(const Call& call) {
  return http::read_page(call.params(), kDefaultCount, kMaxCount).limit;
}

std::vector<model::NotificationType> read_types(const http::Params& params, std::string_view name) {
  std::vector<model::NotificationType> types;
  for (const auto& text : params.list(name)) {
    if (const auto type = model::parse_notification_type(text)) types.push_back(*type);
  }
  return types;
}

std::optional<store::NotificationFilter> read_notification_filter(const Call& call) {
  const auto& params = call.params();
  store::NotificationFilter filter{.types = read_types(params, "types"),
                                   .exclude_types = read_types(params, "exclude_types"),
                                   .include_filtered = params.boolean("include_filtered").value_or(false)};
  if (filter.types.empty() && !params.list("types").empty()) return std::nullopt;
  const auto supported = read_types(params, "supported_types");
  for (const auto type : kOwnTypes) {
    const bool named = std::ranges::find(filter.types, type) != filter.types.end() ||
                       std::ranges::find(supported, type) != supported.end();
    if (!named) filter.exclude_types.push_back(type);
  }
  if (const auto from = params.text("account_id"); from && !from->empty()) {
    filter.from = AccountId::parse(*from);
    if (!filter.from) return std::nullopt;
    filter.include_filtered = true;
  }
  return filter;
}

entities::SupportedTypes read_supported_types(const Call& call) {
  if (!call.params().has("supported_types")) return {};
  return entities::SupportedTypes(call.params().list("supported_types"));
}

http::Response count_answer(const Call& call, std::int64_t count) {
  json::Writer out;
  out.begin_object();
  out.field("count", count);
  out.end_object();
  return call.json(out.take());
}

}  // namespace dunlin::api
