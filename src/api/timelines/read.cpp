#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/feed/feeds.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/store/timelines.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultLimit = 20;
constexpr int kMaxLimit = 40;

store::PublicTimelineFilter read_public_filter(const Call& call) {
  return {.local_only = call.params().boolean("local").value_or(false),
          .remote_only = call.params().boolean("remote").value_or(false),
          .only_media = call.params().boolean("only_media").value_or(false)};
}

/// client-api.md 3.7: the first four count.
std::vector<std::string> read_tags(const Call& call, std::string_view name) {
  constexpr std::size_t kMaxTags = 4;
  auto tags = call.params().list(name);
  if (tags.size() > kMaxTags) tags.resize(kMaxTags);
  for (auto& tag : tags) tag = text::fold_hashtag(tag);
  return tags;
}

}  // namespace

Result<http::Response> home_timeline(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultLimit, kMaxLimit);
  if (page.limit == 0) return call.json("[]");
  const auto reader = *call.viewer_id();
  const auto ids = call.feeds() != nullptr ? call.feeds()->home(call.tx(), reader, page)
                                           : store::list_home_timeline(call.tx(), reader, page);
  return status_list(call, ids, page, NextLink::when_not_empty);
}

Result<http::Response> public_timeline(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultLimit, kMaxLimit);
  if (page.limit == 0) return call.json("[]");
  const auto ids = store::list_public_timeline(call.tx(), call.viewer_id(), read_public_filter(call), page);
  return call.cacheable_when_anonymous(status_list(call, ids, page, NextLink::when_not_empty));
}

Result<http::Response> tag_timeline(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultLimit, kMaxLimit);
  if (page.limit == 0) return call.json("[]");
  const auto tag = text::fold_hashtag(call.path_text("hashtag"));
  const auto wanted = read_public_filter(call);
  const store::TagTimelineFilter filter{.local_only = wanted.local_only,
                                        .remote_only = wanted.remote_only,
                                        .only_media = wanted.only_media,
                                        .any = read_tags(call, "any"),
                                        .all = read_tags(call, "all"),
                                        .none = read_tags(call, "none")};
  const auto ids = store::list_tag_timeline(call.tx(), call.viewer_id(), tag, filter, page);
  return call.cacheable_when_anonymous(status_list(call, ids, page, NextLink::when_not_empty));
}

}  // namespace dunlin::api
