#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/store/timelines.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultLimit = 20;
constexpr int kMaxLimit = 40;

store::PublicTimelineFilter read_public_filter(const Call& call) {
  return {.local_only = call.params().boolean("local").value_or(false),
          .remote_only = call.params().boolean("remote").value_or(false)};
}

/// Statuses with media: no status has any.
bool only_media(const Call& call) {
  return call.params().boolean("only_media").value_or(false);
}

}  // namespace

Result<http::Response> home_timeline(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultLimit, kMaxLimit);
  if (page.limit == 0) return call.json("[]");
  const auto ids = store::list_home_timeline(call.tx(), *call.viewer_id(), page);
  return status_list(call, ids, page, NextLink::when_not_empty);
}

Result<http::Response> public_timeline(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultLimit, kMaxLimit);
  if (page.limit == 0 || only_media(call)) return call.json("[]");
  const auto ids = store::list_public_timeline(call.tx(), call.viewer_id(), read_public_filter(call), page);
  return call.cacheable_when_anonymous(status_list(call, ids, page, NextLink::when_not_empty));
}

Result<http::Response> tag_timeline(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultLimit, kMaxLimit);
  if (page.limit == 0 || only_media(call)) return call.json("[]");
  const auto tag = text::fold(call.path_text("hashtag"));
  const auto ids = store::list_tag_timeline(call.tx(), call.viewer_id(), tag, read_public_filter(call), page);
  return call.cacheable_when_anonymous(status_list(call, ids, page, NextLink::when_not_empty));
}

}  // namespace dunlin::api
