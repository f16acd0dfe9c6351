#pragma once

#include "dunlin/crypto/http_signature.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Shared by the two schemes; not for other libraries.
namespace dunlin::crypto {

inline constexpr std::size_t kMaxSignatureFieldBytes = 8 * 1024;

inline std::unexpected<Error> malformed(std::string detail) {
  return fail(Errc::bad_request, "The signature header is malformed", std::move(detail));
}
inline std::unexpected<Error> not_proven(std::string message, std::string detail = {}) {
  return fail(Errc::unauthorized, std::move(message), std::move(detail));
}

/// The values of all fields of that name, trimmed and joined by ", "; nullopt when there is none.
std::optional<std::string> field_value(const SignedRequest& request, std::string_view name);
std::size_t count_fields(const SignedRequest& request, std::string_view name);
/// GET and HEAD carry no body that needs a digest.
bool has_body(const SignedRequest& request);
/// The target without its query, "/" when empty.
std::string_view path_of(std::string_view target);
/// Digits only, as in both schemes' parameters.
std::optional<std::int64_t> parse_seconds(std::string_view text);

Result<ParsedSignature> parse_cavage(std::string_view value);
Result<std::vector<ParsedSignature>> parse_rfc9421(std::string_view input, std::string_view signatures);

/// The value of one covered component; nullopt when the request has none or the name is unknown.
std::optional<std::string> cavage_component(const ParsedSignature& signature, const SignedRequest& request,
                                            std::string_view name, bool with_query);
std::optional<std::string> rfc9421_component(const SignedRequest& request, std::string_view name);

}  // namespace dunlin::crypto
