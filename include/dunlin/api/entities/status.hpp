#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/store/statuses.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace dunlin::api::entities {

/// What everybody sees of a status.
struct StatusView {
  const model::Status& status;
  std::string_view account;  // the author, rendered
  std::span<const model::Mention> mentions;
  const store::StatusBundle::App* application = nullptr;
  const StatusView* reblog = nullptr;  // what a wrapper wraps
};

/// What one viewer sees: the slots of a status. For a wrapper, the marks on what it wraps.
struct ViewerMarks {
  store::ViewerFlags flags;
  bool own = false;  // the viewer wrote it
};

enum class StatusBody : std::uint8_t {
  content,  // as shown
  source,   // `text` instead of `content`: the answer to DELETE, for "delete and redraft"
};

/// Status (client-api.md 6.2). The members that everybody sees come first and depend on `view` alone; counters and the
/// viewer's marks follow, so that the first part can be kept and reused. `viewer` nullptr: anonymous.
void render_status(json::Writer& out, const EntityContext& context, const StatusView& view, const ViewerMarks* viewer,
                   StatusBody body = StatusBody::content);

}  // namespace dunlin::api::entities
