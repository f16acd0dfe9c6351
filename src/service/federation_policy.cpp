#include "dunlin/service/federation_policy.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>

namespace dunlin::service {

bool may_federate(const config::Config& config, std::string_view host) {
  const auto& federation = config.federation;
  if (federation.mode == "open") return true;
  if (federation.mode == "off") return false;
  return std::ranges::any_of(federation.allowlist,
                             [&](const auto& allowed) { return text::equals_ignore_case(allowed, host); });
}

}  // namespace dunlin::service
