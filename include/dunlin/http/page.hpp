#pragma once

#include "dunlin/http/params.hpp"
#include "dunlin/model/page.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dunlin::http {

/// max_id, since_id, min_id and limit of a list (client-api.md 1.6). A cursor that is no number counts as absent; the
/// absolute value of limit, clamped.
model::Page read_page(const Params& params, int default_limit, int max_limit);

/// The Link header of a page whose first and last cursors are given: next = max_id, prev = min_id or since_id. Keeps
/// the request's other query parameters, drops cursors and access_token. "" when nothing is to be linked.
struct PageLinks {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool next = true;
  bool prev_is_since = false;  // lists with a hidden cursor
};
std::string link_header(std::string_view origin, const Request& request, const PageLinks& links);

/// The same for a list with `offset`: next while the page is full, prev behind the first one.
struct OffsetLinks {
  int offset = 0;
  int limit = 0;
  std::size_t rows = 0;
};
std::string offset_link_header(std::string_view origin, const Request& request, const OffsetLinks& links);

}  // namespace dunlin::http
