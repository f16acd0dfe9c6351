#pragma once

#include "support.hpp"

#include "dunlin/net/client.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace dunlin::net::test {

struct Outgoing {
  explicit Outgoing(ClientOptions options = loopback_client())
      : thread("outgoing"), client(thread, std::move(options)) {}
  IoThread thread;
  Client client;
};

inline std::string failure(const Result<http::OutboundResponse>& answer) {
  return answer ? "answer " + std::to_string(answer->status) : std::string(to_string(failure_of(answer.error())));
}

inline std::string answer_with(std::string_view body, std::string_view fields = "") {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), fields, body);
}

/// A server that gives the same bytes to every request of every connection.
inline ScriptedServer::Serve always(std::string bytes) {
  return [bytes = std::move(bytes)](int fd, int) {
    while (!read_request(fd).empty()) send_all(fd, bytes);
  };
}

/// ... once, and then closes.
inline ScriptedServer::Serve once(std::string bytes) {
  return [bytes = std::move(bytes)](int fd, int) {
    if (!read_request(fd).empty()) send_all(fd, bytes);
  };
}

}  // namespace dunlin::net::test
