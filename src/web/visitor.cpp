#include "visitor.hpp"

#include "dunlin/service/attempt_limiter.hpp"

namespace dunlin::web {

std::optional<std::string> visitor_of(const http::Request& request) {
  if (request.peer_is_trusted || request.remote_address.empty()) return std::nullopt;
  return service::network_of(request.remote_address);
}

}  // namespace dunlin::web
