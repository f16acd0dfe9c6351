#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/config/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dunlin::web {

/// Whom a WebFinger resource names (federation.md 1.2).
struct InstanceActor {
  bool as_service = false;  // asked for by the server's own address: FEP-d556
};
struct Handle {
  std::string username;
};
struct Nobody {};     // well-formed, but not of this server
struct Malformed {};  // 400
using Resource = std::variant<Malformed, Nobody, InstanceActor, Handle, AccountId>;

/// `acct:user@domain`, `user@domain`, `@user@domain`, an actor id, a profile's address, or the server's own names.
Resource parse_resource(const config::Config& config, std::string_view resource);

}  // namespace dunlin::web
