#pragma once

#include "dunlin/http/message.hpp"
#include "dunlin/service/faults.hpp"

namespace dunlin::api {

/// 422 with the faults in `error` and, field by field, in `details` (client-api.md 1.5). Nothing may have been written.
http::Response validation_failed(const service::Faults& faults);

}  // namespace dunlin::api
