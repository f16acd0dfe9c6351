#include "handlers.hpp"
#include "input.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/notification_policies.hpp"
#include "dunlin/store/visible_ids.hpp"

#include <span>
#include <string>
#include <vector>

namespace dunlin::api {

namespace {

using model::NotificationRequest;
using model::NotificationRequestId;

/// NotificationRequests (client-api.md 6.4), in a fixed number of statements; each rendered.
std::vector<std::string> render_requests(Call& call, std::span<const NotificationRequest> requests) {
  std::vector<AccountId> senders;
  std::vector<StatusId> ids;
  for (const auto& request : requests) {
    senders.push_back(request.from_account_id);
    if (request.last_status_id) ids.push_back(*request.last_status_id);
  }
  const auto viewer = *call.viewer_id();
  entities::AccountPage accounts(call.tx(), call.config(), senders);
  entities::StatusPage statuses(call.tx(), call.config(), viewer, store::list_visible_ids(call.tx(), viewer, ids));
  std::vector<std::string> rendered;
  for (const auto& request : requests) {
    if (accounts.find(request.from_account_id) == nullptr) continue;
    json::Writer out;
    out.begin_object();
    out.field("id", request.id);
    out.field("created_at", request.created_at);
    out.field("updated_at", request.updated_at);
    out.field("notifications_count", std::to_string(request.notifications_count));
    out.key("account").raw(accounts.json(request.from_account_id));
    out.key("last_status");
    if (request.last_status_id && statuses.contains(*request.last_status_id)) {
      statuses.render(out, *request.last_status_id);
    } else {
      out.value(nullptr);
    }
    out.end_object();
    rendered.push_back(out.take());
  }
  return rendered;
}

using Decide = void (service::NotificationPolicyService::*)(db::Tx&, AccountId, std::span<const NotificationRequestId>);

Result<http::Response> decide_one(Call& call, Decide decide) {
  const auto id = TRY(call.path_id<NotificationRequestId>("id"));
  if (!store::find_notification_request(call.tx(), *call.viewer_id(), id)) {
    return fail(Errc::not_found, "Record not found");
  }
  (call.services().notification_policies.*decide)(call.tx(), *call.viewer_id(), std::span(&id, 1));
  return call.json("{}");
}

Result<http::Response> decide_many(Call& call, Decide decide) {
  (call.services().notification_policies.*decide)(call.tx(), *call.viewer_id(), read_ids<NotificationRequestId>(call));
  return call.json("{}");
}

}  // namespace

Result<http::Response> list_notification_requests(Call& call) {
  const auto page = read_notification_page(call);
  if (page.limit == 0) return call.json("[]");
  const auto requests = store::list_notification_requests(call.tx(), *call.viewer_id(), page);
  if (requests.empty()) return call.json("[]");
  json::Writer out;
  out.begin_array();
  for (const auto& one : render_requests(call, requests)) out.raw(one);
  out.end_array();
  return call.json_page(out.take(), {.first = requests.front().id.value,
                                     .last = requests.back().id.value,
                                     .next = requests.size() >= static_cast<std::size_t>(page.limit)});
}

Result<http::Response> show_notification_request(Call& call) {
  const auto id = TRY(call.path_id<NotificationRequestId>("id"));
  const auto request = store::find_notification_request(call.tx(), *call.viewer_id(), id);
  if (!request) return fail(Errc::not_found, "Record not found");
  const auto rendered = render_requests(call, std::span(&*request, 1));
  if (rendered.empty()) return fail(Errc::not_found, "Record not found");
  return call.json(rendered.front());
}

Result<http::Response> accept_notification_request(Call& call) {
  return decide_one(call, &service::NotificationPolicyService::accept);
}

Result<http::Response> dismiss_notification_request(Call& call) {
  return decide_one(call, &service::NotificationPolicyService::dismiss);
}

Result<http::Response> accept_notification_requests(Call& call) {
  return decide_many(call, &service::NotificationPolicyService::accept);
}

Result<http::Response> dismiss_notification_requests(Call& call) {
  return decide_many(call, &service::NotificationPolicyService::dismiss);
}

Result<http::Response> show_merged(Call& call) {
  // Accepting merges within its own transaction: whoever can ask finds it done.
  return call.json(R"({"merged":true})");
}

}  // namespace dunlin::api
