#pragma once

#include "support.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace dunlin::net::test {

inline http::Response echo(const http::Request& request, db::Session& /*session*/,
                           service::RemoteDocuments& /*documents*/) {
  return http::text_response(200, "text/plain", request.method_text + " " + request.target + " " + request.body);
}

inline std::string get_request(std::string_view target, std::string_view more = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", target, more);
}

}  // namespace dunlin::net::test
