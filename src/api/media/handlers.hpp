#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

/// 200 when it is ready, 202 when it is not yet.
Result<http::Response> upload_media(Call& call);
Result<http::Response> upload_media_and_wait(Call& call);
Result<http::Response> show_media(Call& call);
Result<http::Response> update_media(Call& call);
Result<http::Response> delete_media(Call& call);

}  // namespace dunlin::api
