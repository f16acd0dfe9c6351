#include "dunlin/http/page.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace dunlin::http {

namespace {

std::optional<std::int64_t> read_cursor(const Params& params, std::string_view name) {
  const auto text = params.text(name);
  if (!text || text->empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (end != text->data() + text->size() || value < 0) return std::nullopt;
  // A synthesised cursor beyond the last id stands for the end of time.
  if (error == std::errc::result_out_of_range) {
    return text->starts_with('-') ? std::nullopt : std::optional(std::numeric_limits<std::int64_t>::max());
  }
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

bool is_dropped(std::string_view encoded_name) {
  static constexpr std::array<std::string_view, 5> kDropped = {"max_id", "since_id", "min_id", "offset",
                                                               "access_token"};
  const auto name = text::percent_decode(encoded_name, true);
  return !name || std::ranges::find(kDropped, *name) != kDropped.end();
}

/// What may not stand between the angle brackets of a Link header, percent-encoded.
void append_safe(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '"') {
      out += c;
    } else {
      out += text::percent_encode(std::string_view(&c, 1));
    }
  }
}

/// Up to where the cursor goes.
std::string link_base(std::string_view origin, const Request& request) {
  std::string base(origin);
  append_safe(base, request.path);
  base += '?';
  for (const std::string_view pair : text::split(request.query, '&')) {
    if (pair.empty() || is_dropped(pair.substr(0, pair.find('=')))) continue;
    append_safe(base, pair);
    base += '&';
  }
  return base;
}

}  // namespace

model::Page read_page(const Params& params, int default_limit, int max_limit) {
  model::Page page;
  page.max_id = read_cursor(params, "max_id");
  page.since_id = read_cursor(params, "since_id");
  page.min_id = read_cursor(params, "min_id");
  const std::int64_t wanted = params.integer("limit").value_or(default_limit);
  // Clamped before the sign goes: the least int64 has no absolute value.
  page.limit = static_cast<int>(
      std::min<std::int64_t>(std::abs(std::max<std::int64_t>(wanted, -std::int64_t{max_limit})), max_limit));
  return page;
}

std::string link_header(std::string_view origin, const Request& request, const PageLinks& links) {
  if (links.first == 0 || links.last == 0) return {};
  const std::string base = link_base(origin, request);
  std::string out;
  if (links.next) out = "<" + base + "max_id=" + std::to_string(links.last) + ">; rel=\"next\", ";
  const std::string_view prev = links.prev_is_since ? "since_id=" : "min_id=";
  return out + "<" + base + std::string(prev) + std::to_string(links.first) + ">; rel=\"prev\"";
}

std::string offset_link_header(std::string_view origin, const Request& request, const OffsetLinks& links) {
  const std::string base = link_base(origin, request) + "offset=";
  std::string out;
  if (links.rows > 0 && links.rows >= static_cast<std::size_t>(links.limit)) {
    out = "<" + base + std::to_string(links.offset + links.limit) + ">; rel=\"next\"";
  }
  if (links.offset > 0) {
    if (!out.empty()) out += ", ";
    out += "<" + base + std::to_string(std::max(links.offset - links.limit, 0)) + ">; rel=\"prev\"";
  }
  return out;
}

}  // namespace dunlin::http
