#pragma once

#include "dunlin/http/message.hpp"

#include <string>
#include <string_view>

namespace dunlin::net {

/// What the head of an answer depends on besides the answer.
struct ResponseContext {
  std::string_view date;  // RFC 9110 form
  std::string_view request_id;
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// Status line and fields with the empty line after them. Fields with control characters are left out, whoever made
/// them: nothing can split an answer.
std::string render_head(const http::Response& response, const ResponseContext& context);

inline const std::string& body_of(const http::Response& response) {
  return response.shared_body ? *response.shared_body : response.body;
}

/// Of the body in whichever form.
std::size_t body_size(const http::Response& response);

/// 1xx, 204 and 304 have no body.
constexpr bool allows_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace dunlin::net
