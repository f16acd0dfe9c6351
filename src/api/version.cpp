#include "dunlin/api/version.hpp"

#include "dunlin/base/version.hpp"

#include <fmt/core.h>

namespace dunlin::api {

std::string instance_version() {
  return fmt::format("4.2.0 (compatible; Dunlin {})", kVersion);
}

}  // namespace dunlin::api
