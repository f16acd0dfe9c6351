#include "handlers.hpp"

#include "dunlin/api/entities/scheduled_status.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"

namespace dunlin::api {

namespace {

constexpr int kDefaultScheduled = 20;
constexpr int kMaxShown = 40;

http::Response render(Call& call, const service::Scheduled& scheduled) {
  json::Writer out;
  entities::render_scheduled_status(out, call.config(), scheduled);
  return call.json(out.take());
}

}  // namespace

Result<http::Response> list_scheduled_statuses(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultScheduled, kMaxShown);
  if (page.limit == 0) return call.json("[]");
  const auto scheduled = call.services().scheduled_statuses.list(call.tx(), *call.viewer_id(), page);
  if (scheduled.empty()) return call.json("[]");
  json::Writer out;
  out.begin_array();
  for (const auto& one : scheduled) entities::render_scheduled_status(out, call.config(), one);
  out.end_array();
  return call.json_page(out.take(), {.first = scheduled.front().id.value,
                                     .last = scheduled.back().id.value,
                                     .next = scheduled.size() >= static_cast<std::size_t>(page.limit),
                                     .prev_is_since = false});
}

Result<http::Response> show_scheduled_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  return render(call, TRY(call.services().scheduled_statuses.get(call.tx(), *call.viewer_id(), id)));
}

Result<http::Response> move_scheduled_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto at = parse_iso8601(TRY(call.params().required("scheduled_at")));
  if (!at) return fail(Errc::invalid, "Invalid date supplied");
  return render(call, TRY(call.services().scheduled_statuses.move(call.tx(), *call.viewer_id(), id, *at)));
}

Result<http::Response> cancel_scheduled_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  TRY_VOID(call.services().scheduled_statuses.cancel(call.tx(), *call.viewer_id(), id));
  return call.json("{}");
}

}  // namespace dunlin::api
