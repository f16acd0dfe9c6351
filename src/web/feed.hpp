#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/http/params.hpp"
#include "dunlin/model/page.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Feeds for feed readers: RSS 2.0, and Atom (RFC 4287).
namespace dunlin::web {

enum class FeedFormat : std::uint8_t { rss, atom };

/// "waders.rss" is the feed of "waders"; other names have no format.
std::pair<std::string_view, std::optional<FeedFormat>> split_feed_name(std::string_view name);

/// `limit` 20, at most 200.
model::Page read_feed_page(const http::Params& params);

struct Feed {
  std::string title;
  std::string description;
  std::string url;      // of the page that shows the same
  std::string picture;  // "" = none
};
http::Response render_feed(api::Call& call, FeedFormat format, const Feed& feed, std::span<const StatusId> ids);

}  // namespace dunlin::web
