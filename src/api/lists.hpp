#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/filter.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/status_marks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Answers that are lists of statuses or accounts, with their Link headers (client-api.md 1.6).
namespace dunlin::api {

enum class NextLink : std::uint8_t {
  when_full,       // next only while the page is full
  when_not_empty,  // timelines: filtering may have shortened the page
};

/// The statuses of `ids`, which are sorted newest first. The cursors are those of `ids`, so that a page of which some
/// have just gone goes on.
http::Response status_list(Call& call, std::span<const StatusId> ids, const model::Page& page, NextLink next);
/// A whole list, in this order, without cursors.
http::Response status_list(Call& call, std::span<const StatusId> ids);
enum class PrevLink : std::uint8_t { since, min };
/// Statuses under hidden cursors; next only while the page is full.
http::Response status_list(Call& call, const std::vector<store::StatusRef>& refs, const model::Page& page,
                           PrevLink prev);
/// Errors: not_found when it has just gone.
Result<http::Response> one_status(Call& call, StatusId id);

/// Accounts under hidden cursors: prev is since_id.
http::Response account_list(Call& call, const std::vector<store::AccountRef>& refs, const model::Page& page);
/// The links of any list under hidden cursors.
http::PageLinks ref_links(std::int64_t first, std::int64_t last, std::size_t rows, const model::Page& page);
/// A page of which `limit=0` asks for everything.
model::Page read_page_or_all(const http::Params& params, int default_limit, int max_limit);
http::Response one_relationship(const Call& call, const model::Relationship& relationship);
/// A finished list under `offset`.
http::Response offset_page(const Call& call, std::string body, const http::OffsetLinks& links);
/// One account.
std::string one_account(Call& call, const model::Account& account);

/// `id[]` (or a lone `id`): those that are ids, each once, in the order given.
template <class I>
std::vector<I> read_ids(const Call& call) {
  std::vector<I> ids;
  for (const auto& text : call.params().list("id")) {
    const auto id = I::parse(text);
    if (id && std::ranges::find(ids, *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}
/// Errors: invalid.
Result<void> check_count(std::size_t count, std::size_t limit);
/// `offset`; 0 when absent or negative.
int read_offset(const http::Params& params);

}  // namespace dunlin::api
