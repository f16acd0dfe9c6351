#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/http/message.hpp"

#include <string_view>

namespace dunlin::web {

/// The password was right: on to the page that asks for the code. `cookie`: service::TwoFactorService::start_sign_in.
http::Response ask_for_code(const api::Call& call, std::string_view cookie, std::string_view return_to);

}  // namespace dunlin::web
