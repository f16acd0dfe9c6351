#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::jobs {

/// Work of one lane never takes the workers of another. Stored: append only.
enum class Lane : std::int16_t {
  ingress = 0,
  deliver = 1,
  feed = 2,
  media = 3,
  mail = 4,
  maintenance = 5,
  crawl = 6,
  transcode = 7,
  push = 8
};
inline constexpr Lane kLanes[] = {Lane::ingress,     Lane::deliver, Lane::feed,      Lane::media, Lane::mail,
                                  Lane::maintenance, Lane::crawl,   Lane::transcode, Lane::push};
std::string_view to_string(Lane lane);

/// What a job does and where it runs. `name` is stored: never rename one that may be waiting somewhere.
struct Kind {
  std::string_view name;
  Lane lane;
};
/// Payload: the id of an inbound activity.
inline constexpr Kind kProcessActivity{"process_activity", Lane::ingress};
/// Removes what has lived its time; no payload.
inline constexpr Kind kPurge{"purge", Lane::maintenance};

struct NewJob {
  Kind kind;
  std::string payload{};                    // small: ids, never documents
  int priority = 0;                         // smaller is sooner, within its lane
  std::optional<Time> run_at{};             // nullopt: at once
  std::optional<std::string> unique_key{};  // not enqueued when one of this kind and key has not begun yet
};

enum class JobState : std::int16_t { pending = 0, given_up = 1 };

struct Job {
  JobId id;
  std::string kind;
  std::string payload{};
  Lane lane = Lane::ingress;
  int attempts = 0;  // begun so far, this one included
  Time run_at;
  Time created_at;
  std::optional<std::string> last_error{};
};

}  // namespace dunlin::jobs
