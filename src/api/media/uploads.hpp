#pragma once

#include "dunlin/http/params.hpp"
#include "dunlin/service/media.hpp"

#include <optional>
#include <string_view>

namespace dunlin::api {

/// The file part of this name. Lives as long as the request.
std::optional<service::UploadedFile> uploaded_file(const http::Params& params, std::string_view name);

}  // namespace dunlin::api
