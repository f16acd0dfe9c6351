#include "handlers.hpp"

#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace dunlin::api {

namespace {

using Refresh = service::Federation::Refresh;

constexpr int kRetrySeconds = 3;

std::string render_thread(db::Tx& tx, const Call& call, const service::StatusService::Thread& thread) {
  std::vector<StatusId> ids;
  ids.reserve(thread.ancestors.size() + thread.descendants.size());
  for (const auto& status : thread.ancestors) ids.push_back(status.id);
  for (const auto& status : thread.descendants) ids.push_back(status.id);
  entities::StatusPage page(tx, call.config(), call.viewer_id(), ids, call.status_cache());
  const std::span<const StatusId> all(ids);
  json::Writer out;
  out.begin_object();
  out.key("ancestors");
  page.render_array(out, all.first(thread.ancestors.size()));
  out.key("descendants");
  page.render_array(out, all.subspan(thread.ancestors.size()));
  out.end_object();
  return out.take();
}

}  // namespace

/// What is missing of a thread is fetched while the client shows what is there (Mastodon-Async-Refresh). Only for
/// people with an account: others cause no requests to other servers.
Result<http::Response> show_context(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  std::optional<model::Status> opened;
  bool is_due = false;
  auto response = TRY(call.session().read([&](db::Tx& tx) -> Result<http::Response> {
    const auto thread = TRY(call.services().statuses.thread(tx, call.viewer_id(), id));
    if (call.has_user()) opened = store::find_status(tx, id);
    is_due = opened && call.env().federation.may_complete_thread(tx, *opened);
    return call.cacheable_when_anonymous(call.json(render_thread(tx, call, thread)));
  }));
  if (!is_due) return response;
  const auto refresh = TRY(call.session().write(
      [&](db::Tx& tx) -> Result<std::optional<Refresh>> { return call.env().federation.thread_opened(tx, *opened); }));
  if (refresh && !refresh->finished) {
    response.headers.set("Mastodon-Async-Refresh", fmt::format("id=\"{}\", retry={}, result_count={}", refresh->id,
                                                               kRetrySeconds, refresh->found));
  }
  return response;
}

Result<http::Response> show_async_refresh(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto refresh = call.env().federation.find_refresh(call.tx(), id.value);
  if (!refresh) return fail(Errc::not_found, "Record not found");
  json::Writer out;
  out.begin_object().key("async_refresh").begin_object();
  out.field("id", std::to_string(refresh->id)).field("status", refresh->finished ? "finished" : "running");
  out.field("result_count", refresh->found).end_object().end_object();
  return call.json(out.take());
}

}  // namespace dunlin::api
