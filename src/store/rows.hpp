#pragma once

#include "dunlin/db/row.hpp"
#include "dunlin/model/page.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <vector>

namespace dunlin::store {

/// The only row, if there is one.
template <class F>
auto first_row(const db::Rows& rows, F read) -> std::optional<std::invoke_result_t<F, const db::Row&>> {
  if (rows.empty()) return std::nullopt;
  return read(rows[0]);
}

template <class F>
auto all_rows(const db::Rows& rows, F read) -> std::vector<std::invoke_result_t<F, const db::Row&>> {
  std::vector<std::invoke_result_t<F, const db::Row&>> out;
  out.reserve(rows.size());
  for (const auto row : rows) out.push_back(read(row));
  return out;
}

/// As all_rows, newest first: a page that was read upwards is turned round.
template <class F>
auto page_rows(const db::Rows& rows, const model::Page& page, F read) {
  auto out = all_rows(rows, read);
  if (page.upwards()) std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace dunlin::store
