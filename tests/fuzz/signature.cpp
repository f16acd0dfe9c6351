#include "dunlin/crypto/http_signature.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The input is the header fields of a request, one a line, and after an empty line its body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dunlin;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  crypto::SignedRequest request{.method = "post",
                                .target = "/inbox?x=1",
                                .scheme = "https",
                                .authority = "example.org",
                                .headers = {},
                                .body = {}};
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  request.body = rest;
  const auto parsed = crypto::parse_signatures(request);
  if (!parsed) return 0;
  const std::array hosts{std::string("example.org")};
  for (const auto& signature : *parsed) {
    static_cast<void>(crypto::check_before_key(signature, request, {.own_hosts = hosts, .now = Time{}}));
    static_cast<void>(crypto::signature_base(signature, request));
    static_cast<void>(crypto::signed_at(signature, request));
  }
  return 0;
}
