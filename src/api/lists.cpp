#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/relationship.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"

#include <fmt/core.h>

#include <limits>
#include <optional>

namespace dunlin::api {

namespace {

bool has_next(std::size_t rows, const model::Page& page, NextLink next) {
  return next == NextLink::when_not_empty || rows >= static_cast<std::size_t>(page.limit);
}

}  // namespace

http::Response status_list(Call& call, std::span<const StatusId> ids, const model::Page& page, NextLink next) {
  if (ids.empty()) return call.json("[]");
  entities::StatusPage statuses(call.tx(), call.config(), call.viewer_id(), ids, call.status_cache());
  json::Writer out;
  statuses.render_array(out, ids);
  return call.json_page(out.take(), {.first = ids.front().value,
                                     .last = ids.back().value,
                                     .next = has_next(ids.size(), page, next),
                                     .prev_is_since = false});
}

http::Response status_list(Call& call, std::span<const StatusId> ids) {
  if (ids.empty()) return call.json("[]");
  entities::StatusPage statuses(call.tx(), call.config(), call.viewer_id(), ids, call.status_cache());
  json::Writer out;
  statuses.render_array(out, ids);
  return call.json(out.take());
}

http::Response status_list(Call& call, const std::vector<store::StatusRef>& refs, const model::Page& page,
                           PrevLink prev) {
  if (refs.empty()) return call.json("[]");
  std::vector<StatusId> ids;
  ids.reserve(refs.size());
  for (const auto& ref : refs) ids.push_back(ref.status_id);
  entities::StatusPage statuses(call.tx(), call.config(), call.viewer_id(), ids, call.status_cache());
  json::Writer out;
  statuses.render_array(out, ids);
  return call.json_page(out.take(), {.first = refs.front().row_id,
                                     .last = refs.back().row_id,
                                     .next = has_next(refs.size(), page, NextLink::when_full),
                                     .prev_is_since = prev == PrevLink::since});
}

Result<http::Response> one_status(Call& call, StatusId id) {
  entities::StatusPage statuses(call.tx(), call.config(), call.viewer_id(), std::span(&id, 1), call.status_cache());
  if (!statuses.contains(id)) return fail(Errc::not_found, "Record not found");
  json::Writer out;
  statuses.render(out, id);
  return call.json(out.take());
}

http::Response account_list(Call& call, const std::vector<store::AccountRef>& refs, const model::Page& page) {
  if (refs.empty()) return call.json("[]");
  std::vector<AccountId> ids;
  ids.reserve(refs.size());
  for (const auto& ref : refs) ids.push_back(ref.account_id);
  entities::AccountPage accounts(call.tx(), call.config(), ids);
  return call.json_page(accounts.json_array(ids),
                        ref_links(refs.front().row_id, refs.back().row_id, refs.size(), page));
}

http::PageLinks ref_links(std::int64_t first, std::int64_t last, std::size_t rows, const model::Page& page) {
  return {.first = first, .last = last, .next = has_next(rows, page, NextLink::when_full), .prev_is_since = true};
}

model::Page read_page_or_all(const http::Params& params, int default_limit, int max_limit) {
  auto page = http::read_page(params, default_limit, max_limit);
  if (page.limit == 0) page.limit = std::numeric_limits<int>::max();
  return page;
}

http::Response one_relationship(const Call& call, const model::Relationship& relationship) {
  json::Writer out;
  entities::render_relationship(out, relationship);
  return call.json(out.take());
}

http::Response offset_page(const Call& call, std::string body, const http::OffsetLinks& links) {
  auto response = call.json(std::move(body));
  auto header = http::offset_link_header(call.config().origin(), call.request(), links);
  if (!header.empty()) response.headers.add("Link", std::move(header));
  return response;
}

std::string one_account(Call& call, const model::Account& account) {
  return entities::AccountPage(call.tx(), call.config(), account).json(account.id);
}

Result<void> check_count(std::size_t count, std::size_t limit) {
  if (count <= limit) return {};
  return fail(Errc::invalid, fmt::format("Validation failed: Ids can be at most {}", limit));
}

int read_offset(const http::Params& params) {
  constexpr std::int64_t kFarthest = 10'000;
  return static_cast<int>(std::clamp<std::int64_t>(params.integer("offset").value_or(0), 0, kFarthest));
}

}  // namespace dunlin::api
