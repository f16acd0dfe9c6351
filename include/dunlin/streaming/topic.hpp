#pragma once

#include "dunlin/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::streaming {

/// The kinds of streams (client-api.md 4.2).
enum class Channel : std::uint8_t {
  user,
  user_notification,
  public_,
  public_media,
  public_local,
  public_local_media,
  public_remote,
  public_remote_media,
  hashtag,
  hashtag_local,
  list,
  direct,
};
/// As clients name it: "public:local:media".
std::string_view to_string(Channel channel);
/// What a token must hold to listen.
std::string_view scope_of(Channel channel);

/// One stream that a client listens to.
struct Topic {
  Channel channel = Channel::user;
  std::string parameter{};  // the tag as the client wrote it, or the list's id; else empty
  bool operator==(const Topic&) const = default;
};

/// Errors: bad_request with the texts of client-api.md 4.1.
Result<Topic> parse_topic(std::string_view name, const std::optional<std::string>& tag,
                          const std::optional<std::string>& list);
/// The name of the stream behind a path below /api/v1/streaming ("public/local"); nullopt: there is none.
std::optional<std::string> stream_name_of_path(std::string_view path, bool only_media);

}  // namespace dunlin::streaming
