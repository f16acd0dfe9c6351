#pragma once

#include "dunlin/json/writer.hpp"
#include "dunlin/service/scheduled_statuses.hpp"

namespace dunlin::api::entities {

/// ScheduledStatus (client-api.md 6.2).
void render_scheduled_status(json::Writer& out, const config::Config& config, const service::Scheduled& scheduled);

}  // namespace dunlin::api::entities
