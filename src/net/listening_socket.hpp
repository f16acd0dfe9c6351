#pragma once

#include "dunlin/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dunlin::net {

/// Listening descriptors, non-blocking and close-on-exec: one for each event loop.
struct ListeningSockets {
  std::vector<int> descriptors;  // the caller closes them
  int family = 0;
  std::uint16_t port = 0;
  std::string address;              // "127.0.0.1:8080" or "unix:/path"
  std::filesystem::path unix_path;  // to unlink at the end; empty for TCP
};

/// Errors: invalid (cannot be read), conflict (in use), internal.
Result<ListeningSockets> open_listening_sockets(const std::string& listen, int count);

}  // namespace dunlin::net
