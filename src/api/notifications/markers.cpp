#include "handlers.hpp"

#include "dunlin/api/entities/marker.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/notifications.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace dunlin::api {

namespace {

constexpr std::array<const char*, 2> kTimelines{"home", "notifications"};

Result<std::int64_t> parse_last_read(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id < 0) {
    return fail(Errc::invalid, "Validation failed: Last read is not a number");
  }
  return id;
}

}  // namespace

Result<http::Response> show_markers(Call& call) {
  const auto asked = call.params().list("timeline");
  std::vector<std::string> timelines;
  for (const auto* name : kTimelines) {
    if (std::ranges::find(asked, name) != asked.end()) timelines.emplace_back(name);
  }
  if (timelines.empty()) return call.json("{}");
  const auto saved = store::list_markers(call.tx(), *call.viewer_id(), timelines);
  json::Writer out;
  out.begin_object();
  for (const auto& timeline : timelines) {
    const auto found = std::ranges::find(saved, timeline, &store::Marker::timeline);
    // Who never read a timeline stands at its start: Elk and iOS want the marker all the same.
    entities::render_marker(
        out, found != saved.end()
                 ? *found
                 : store::Marker{
                       .timeline = timeline, .last_read_id = 0, .version = 0, .updated_at = call.user().created_at});
  }
  out.end_object();
  return call.json(out.take());
}

Result<http::Response> save_markers(Call& call) {
  std::vector<std::string> timelines;
  std::vector<std::int64_t> positions;
  for (const auto* timeline : kTimelines) {
    const auto text = call.params().text_at({timeline, "last_read_id"});
    if (!text || text->empty()) continue;
    positions.push_back(TRY(parse_last_read(*text)));
    timelines.emplace_back(timeline);
  }
  const auto known = store::list_markers(call.tx(), *call.viewer_id(), timelines);
  json::Writer out;
  out.begin_object();
  for (std::size_t i = 0; i < timelines.size(); ++i) {
    const auto found = std::ranges::find(known, timelines[i], &store::Marker::timeline);
    const int seen = found == known.end() ? 0 : found->version;
    const auto saved = store::save_marker(call.tx(), *call.viewer_id(), timelines[i], positions[i], seen);
    // Another device was quicker.
    if (!saved) return fail(Errc::conflict, "Conflict during update, please try again");
    entities::render_marker(out, *saved);
  }
  out.end_object();
  return call.json(out.take());
}

}  // namespace dunlin::api
