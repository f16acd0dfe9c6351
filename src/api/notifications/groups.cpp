#include "handlers.hpp"
#include "input.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/notification_group.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/store/notification_groups.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultAccounts = 40;
constexpr int kMaxAccounts = 80;

/// `grouped_types[]`; all that can be grouped when the client does not say.
std::vector<model::NotificationType> read_grouped_types(const Call& call) {
  if (call.params().has("grouped_types")) return read_types(call.params(), "grouped_types");
  std::vector<model::NotificationType> types;
  std::ranges::copy_if(model::notification_types(), std::back_inserter(types), model::is_groupable);
  return types;
}

/// `expand_accounts`: "full" or "partial_avatars". Errors: bad_request.
Result<bool> read_partial_avatars(const Call& call) {
  const auto text = call.params().text("expand_accounts").value_or("");
  if (text == "partial_avatars") return true;
  if (text.empty() || text == "full") return false;
  return fail(Errc::bad_request,
              "Invalid value for 'expand_accounts': '" + text + "', allowed values are 'full' and 'partial_avatars'");
}

}  // namespace

Result<http::Response> list_notification_groups(Call& call) {
  const auto page = read_notification_page(call);
  const auto filter = read_notification_filter(call);
  const entities::GroupOptions options{.partial_avatars = TRY(read_partial_avatars(call)),
                                       .supported = read_supported_types(call)};
  const auto viewer = *call.viewer_id();
  std::vector<store::NotificationGroup> groups;
  if (page.limit > 0 && filter) {
    groups = store::list_notification_groups(call.tx(), viewer, *filter, read_grouped_types(call), page);
  }
  auto body = entities::render_notification_groups(call.tx(), call.config(), viewer, groups, options);
  if (groups.empty()) return call.json(std::move(body));
  const auto last = std::ranges::min_element(groups, {}, &store::NotificationGroup::page_min)->page_min;
  return call.json_page(std::move(body), {.first = groups.front().page_max.value, .last = last.value});
}

Result<http::Response> show_notification_group(Call& call) {
  const auto viewer = *call.viewer_id();
  const auto group = store::find_notification_group(call.tx(), viewer, call.path_text("group_key"));
  if (!group) return fail(Errc::not_found, "Record not found");
  return call.json(entities::render_notification_groups(call.tx(), call.config(), viewer, std::span(&*group, 1),
                                                        {.window = false, .supported = read_supported_types(call)}));
}

Result<http::Response> list_group_accounts(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultAccounts, kMaxAccounts);
  const auto viewer = *call.viewer_id();
  const auto key = call.path_text("group_key");
  if (!store::find_notification_group(call.tx(), viewer, key)) return fail(Errc::not_found, "Record not found");
  if (page.limit == 0) return call.json("[]");
  const auto refs = store::list_group_accounts(call.tx(), viewer, key, page);
  if (refs.empty()) return call.json("[]");
  std::vector<AccountId> ids;
  for (const auto& ref : refs) ids.push_back(ref.account_id);
  entities::AccountPage accounts(call.tx(), call.config(), ids);
  return call.json_page(accounts.json_array(ids), {.first = refs.front().row_id,
                                                   .last = refs.back().row_id,
                                                   .next = refs.size() >= static_cast<std::size_t>(page.limit)});
}

Result<http::Response> dismiss_notification_group(Call& call) {
  store::dismiss_notification_group(call.tx(), *call.viewer_id(), call.path_text("group_key"));
  return call.json("{}");
}

Result<http::Response> count_unread_groups(Call& call) {
  const auto limit = read_count_limit(call);
  const auto filter = read_notification_filter(call);
  if (!filter || limit == 0) return count_answer(call, 0);
  return count_answer(
      call, store::count_unread_groups(call.tx(), *call.viewer_id(), *filter, read_grouped_types(call), limit));
}

}  // namespace dunlin::api
