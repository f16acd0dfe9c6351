#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/base/clock.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/polls.hpp"

#include <optional>
#include <string>

namespace dunlin::api::entities {

/// Who looks at a poll.
struct PollViewer {
  bool own = false;  // he made it
};

/// Poll (client-api.md 6.3). `viewer` nullptr: anonymous. `domain`: whose emojis its
/// texts use; nullopt: ours.
void render_poll(json::Writer& out, const EntityContext& context, const store::PollView& view, const PollViewer* viewer,
                 const std::optional<std::string>& domain, Time now);

}  // namespace dunlin::api::entities
