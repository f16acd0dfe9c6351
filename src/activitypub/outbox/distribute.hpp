#pragma once

#include "dunlin/jobs/job.hpp"

#include <cstdint>

namespace dunlin::activitypub {

/// What is told. Stored by name in jobs.
enum class Told : std::uint8_t { create, update, delete_, announce, undo_announce, profile };

/// `id`: of the status, the reblog's wrapper, or the account.
jobs::NewJob distribute_job(Told what, std::int64_t id);

}  // namespace dunlin::activitypub
