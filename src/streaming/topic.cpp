#include "dunlin/streaming/topic.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <array>

namespace dunlin::streaming {

namespace {

struct Named {
  Channel channel;
  std::string_view name;
};
constexpr std::array kNames{Named{Channel::user, "user"},
                            Named{Channel::user_notification, "user:notification"},
                            Named{Channel::public_, "public"},
                            Named{Channel::public_media, "public:media"},
                            Named{Channel::public_local, "public:local"},
                            Named{Channel::public_local_media, "public:local:media"},
                            Named{Channel::public_remote, "public:remote"},
                            Named{Channel::public_remote_media, "public:remote:media"},
                            Named{Channel::hashtag, "hashtag"},
                            Named{Channel::hashtag_local, "hashtag:local"},
                            Named{Channel::list, "list"},
                            Named{Channel::direct, "direct"}};

constexpr std::size_t kMaxTagBytes = 400;

}  // namespace

std::string_view to_string(Channel channel) {
  return std::ranges::find(kNames, channel, &Named::channel)->name;
}

std::string_view scope_of(Channel channel) {
  return channel == Channel::user_notification ? "read:notifications" : "read:statuses";
}

Result<Topic> parse_topic(std::string_view name, const std::optional<std::string>& tag,
                          const std::optional<std::string>& list) {
  const auto* const named = std::ranges::find(kNames, name, &Named::name);
  if (named == kNames.end()) return fail(Errc::bad_request, "Unknown stream type");
  Topic topic{.channel = named->channel};
  if (topic.channel == Channel::hashtag || topic.channel == Channel::hashtag_local) {
    topic.parameter = tag.value_or("");
    if (text::trim(topic.parameter).empty() || topic.parameter.size() > kMaxTagBytes) {
      return fail(Errc::bad_request, "Missing tag name parameter");
    }
  }
  if (topic.channel == Channel::list) {
    topic.parameter = list.value_or("");
    if (topic.parameter.empty()) return fail(Errc::bad_request, "Missing list name parameter");
  }
  return topic;
}

std::optional<std::string> stream_name_of_path(std::string_view path, bool only_media) {
  std::string name(path);
  std::ranges::replace(name, '/', ':');
  if (only_media && name.starts_with("public")) name += ":media";
  const auto* const named = std::ranges::find(kNames, name, &Named::name);
  // Media has no path of its own.
  if (named == kNames.end() || path.ends_with("media")) return std::nullopt;
  return name;
}

}  // namespace dunlin::streaming
