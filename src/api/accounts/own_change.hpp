#pragma once

#include "dunlin/http/params.hpp"
#include "dunlin/service/accounts.hpp"

namespace dunlin::api {

/// What update_credentials and PATCH /api/v1/profile have in common: all but the defaults for posting and the pictures.
service::ProfileChange read_profile_change(const http::Params& params);

}  // namespace dunlin::api
