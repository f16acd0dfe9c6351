#include "forwarded.hpp"

#include "dunlin/base/text.hpp"

#include <ranges>
#include <string_view>
#include <vector>

namespace dunlin::net {
namespace {

/// "1.2.3.4", "1.2.3.4:567", "::1", "[::1]", "[::1]:567".
std::optional<IpAddress> parse_node(std::string_view node) {
  if (node.starts_with('[')) return IpAddress::parse(node.substr(1, node.find(']') - 1));
  if (const auto colon = node.find(':'); colon != std::string_view::npos && colon == node.rfind(':')) {
    node = node.substr(0, colon);
  }
  return IpAddress::parse(node);
}

}  // namespace

std::string client_address(const std::optional<IpAddress>& peer, const http::Headers& headers, const CidrSet& trusted) {
  std::optional<IpAddress> client = peer;
  if (client && !trusted.contains(*client)) return client->str();
  // Fields of one name are one list, in order.
  std::vector<std::string_view> hops;
  for (const http::Header& field : headers.all()) {
    if (!text::equals_ignore_case(field.name, "X-Forwarded-For")) continue;
    for (const std::string_view hop : text::split(field.value, ',')) hops.push_back(text::trim(hop));
  }
  for (const std::string_view hop : std::views::reverse(hops)) {
    const auto address = parse_node(hop);
    if (!address) break;  // nobody we trust wrote that
    client = address;
    if (!trusted.contains(*address)) break;
  }
  return client ? client->str() : std::string();
}

}  // namespace dunlin::net
