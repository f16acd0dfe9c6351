#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace dunlin::json {

Result<nlohmann::json> parse(std::string_view text, const ParseLimits& limits) {
  std::size_t nodes = 0;
  const char* refusal = nullptr;
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (++nodes > limits.max_nodes) refusal = "too many values";
    // Depth is that of the container which holds this event; the root's is 0.
    if (static_cast<std::size_t>(depth) > limits.max_depth) refusal = "nested too deep";
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end && !keys.empty()) keys.pop_back();
    if (event == Event::key && !keys.empty() && !keys.back().insert(parsed.get<std::string>()).second) {
      refusal = "duplicate key";
    }
    // Throwing is the only way to stop the parser early; it ends right below.
    if (refusal != nullptr) throw std::length_error(refusal);
    return true;
  };
  try {
    return nlohmann::json::parse(text, watch);
  } catch (const nlohmann::json::exception& e) {
    return fail(Errc::bad_request, "The request body is not valid JSON", e.what());
  } catch (const std::length_error& e) {
    return fail(Errc::bad_request, "The request body is not acceptable JSON", e.what());
  }
}

}  // namespace dunlin::json
