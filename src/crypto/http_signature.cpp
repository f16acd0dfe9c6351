#include "dunlin/crypto/http_signature.hpp"

#include "signature_parts.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/digest.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <initializer_list>

namespace dunlin::crypto {
namespace {

// Peers' clocks are off by up to an hour (time zones), and requests wait in queues for a while.
constexpr std::chrono::minutes kMaxAhead{60};
constexpr std::chrono::minutes kMaxAge{65};

std::optional<std::string_view> authorization_signature(const SignedRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (text::equals_ignore_case(name, "authorization") && text::starts_with_ignore_case(value, "signature "))
      return value;
  }
  return std::nullopt;
}

bool covers(const ParsedSignature& signature, std::string_view component) {
  return std::ranges::find(signature.components, component) != signature.components.end();
}

Time from_seconds(std::int64_t seconds) {
  // Far outside any window, and far inside what milliseconds can hold.
  constexpr std::int64_t kLast = 100'000'000'000;
  return Time{std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, kLast)}};
}

Result<void> check_window(Time signed_time, Time now) {
  if (signed_time > now + kMaxAhead)
    return not_proven("The signature's date lies in the future", format_iso8601(signed_time));
  if (signed_time < now - kMaxAge) return not_proven("The signature's date is too old", format_iso8601(signed_time));
  return {};
}

Result<void> check_times(const ParsedSignature& signature, const SignedRequest& request, Time now) {
  if (signature.created) TRY_VOID(check_window(from_seconds(*signature.created), now));
  if (signature.expires && from_seconds(*signature.expires) < now) return not_proven("The signature has expired");
  if (covers(signature, "date")) {
    const auto date = field_value(request, "date");
    const auto parsed = date ? parse_http_date(*date) : std::nullopt;
    if (!parsed) return not_proven("The Date header is missing or malformed", date.value_or(""));
    TRY_VOID(check_window(*parsed, now));
  }
  return {};
}

std::string without_default_port(std::string_view host, std::string_view scheme) {
  std::string out = text::to_lower_ascii(host);
  const std::string_view suffix = scheme == "https" ? ":443" : ":80";
  if (out.ends_with(suffix)) out.resize(out.size() - suffix.size());
  return out;
}

Result<void> check_host(const SignedRequest& request, const VerifyContext& context) {
  if (count_fields(request, "host") != 1) return not_proven("The Host header is missing or repeated");
  const std::string host = without_default_port(*field_value(request, "host"), request.scheme);
  const bool own = std::ranges::any_of(
      context.own_hosts, [&](const std::string& name) { return without_default_port(name, request.scheme) == host; });
  if (!own) return not_proven("The request was signed for another host", host);
  return {};
}

std::unexpected<Error> not_covered(std::string_view component) {
  return not_proven("The signature must cover " + std::string(component));
}

Result<void> check_cavage_coverage(const ParsedSignature& signature, const SignedRequest& request) {
  for (const std::string_view name : {"(request-target)", "host"}) {
    if (!covers(signature, name)) return not_covered(name);
  }
  if (!covers(signature, "date") && !covers(signature, "(created)")) return not_covered("date or (created)");
  // Older algorithms do not know these two: a signer that names one of them did not mean what we would read.
  const bool times_known = signature.algorithm.empty() || signature.algorithm == "hs2019";
  for (const auto& [name, value] :
       {std::pair{"(created)", signature.created}, std::pair{"(expires)", signature.expires}}) {
    if (!covers(signature, name)) continue;
    if (!times_known || !value) return not_proven("The signature covers " + std::string(name) + " without having it");
  }
  if (!has_body(request)) return {};
  if (!covers(signature, "digest")) return not_covered("digest");
  const auto digest = field_value(request, "digest");
  if (!digest) return not_proven("The Digest header is missing");
  return check_digest_header(*digest, request.body);
}

Result<void> check_rfc9421_coverage(const ParsedSignature& signature, const SignedRequest& request) {
  if (!signature.created) return not_proven("The signature must carry its creation time");
  if (!covers(signature, "@method")) return not_covered("@method");
  if (!covers(signature, "@target-uri")) {
    const bool has_query = request.target.find('?') != std::string_view::npos;
    if (!covers(signature, "@authority") || !covers(signature, "@path") ||
        (has_query && !covers(signature, "@query"))) {
      return not_covered("@target-uri");
    }
  }
  if (!has_body(request)) return {};
  if (!covers(signature, "content-digest")) return not_covered("content-digest");
  const auto digest = field_value(request, "content-digest");
  if (!digest) return not_proven("The Content-Digest header is missing");
  return check_content_digest_header(*digest, request.body);
}

/// What to try, likeliest first. In draft-cavage the key decides, since "hs2019" means SHA-256 to some and SHA-512 to
/// others.
std::vector<SignatureAlgorithm> algorithms_for(const ParsedSignature& signature, const PublicKey& key) {
  using enum SignatureAlgorithm;
  if (signature.scheme == SignatureScheme::rfc9421) {
    if (signature.algorithm == "rsa-v1_5-sha256") return {rsa_sha256};
    if (signature.algorithm == "rsa-v1_5-sha512") return {rsa_sha512};
    if (signature.algorithm == "rsa-pss-sha512") return {rsa_pss_sha512};
    if (signature.algorithm == "ed25519") return {ed25519};
  }
  if (key.type() == KeyType::ed25519) return {ed25519};
  if (signature.scheme == SignatureScheme::rfc9421) return {rsa_sha256, rsa_pss_sha512, rsa_sha512};
  return {rsa_sha256, rsa_sha512};
}

}  // namespace

std::optional<std::string> field_value(const SignedRequest& request, std::string_view name) {
  std::optional<std::string> out;
  for (const auto& [field, value] : request.headers) {
    if (!text::equals_ignore_case(field, name)) continue;
    if (out) {
      *out += ", ";
      *out += text::trim(value);
    } else {
      out = text::trim(value);
    }
  }
  return out;
}

std::size_t count_fields(const SignedRequest& request, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      request.headers, [&](const auto& field) { return text::equals_ignore_case(field.first, name); }));
}

bool has_body(const SignedRequest& request) {
  return !text::equals_ignore_case(request.method, "get") && !text::equals_ignore_case(request.method, "head");
}

std::string_view path_of(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  return path.empty() ? "/" : path;
}

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool has_signature(const SignedRequest& request) {
  return count_fields(request, "signature") > 0 || count_fields(request, "signature-input") > 0 ||
         authorization_signature(request).has_value();
}

Result<std::vector<ParsedSignature>> parse_signatures(const SignedRequest& request) {
  if (!has_signature(request)) return not_proven("The request is not signed");
  if (const auto input = field_value(request, "signature-input")) {
    const auto signatures = field_value(request, "signature");
    if (!signatures) return malformed("Signature-Input without Signature");
    return parse_rfc9421(*input, *signatures);
  }
  const auto authorization = authorization_signature(request);
  const std::size_t fields = count_fields(request, "signature") + (authorization ? 1 : 0);
  if (fields != 1) return malformed("more than one signature");
  return std::vector{TRY(parse_cavage(authorization ? *authorization : *field_value(request, "signature")))};
}

Result<std::string> signature_base(const ParsedSignature& signature, const SignedRequest& request, bool with_query) {
  const bool rfc9421 = signature.scheme == SignatureScheme::rfc9421;
  std::string base;
  for (std::size_t i = 0; i < signature.components.size(); ++i) {
    const std::string& name = signature.components[i];
    if (rfc9421 && std::ranges::count(signature.components, name) > 1)
      return not_proven("A component is covered twice", name);
    const auto value =
        rfc9421 ? rfc9421_component(request, name) : cavage_component(signature, request, name, with_query);
    if (!value) return not_proven("A covered component is missing or not supported", name);
    // A line break in a value would let it pose as further components.
    if (value->find_first_of("\r\n") != std::string::npos) return not_proven("A covered value has a line break", name);
    if (i > 0) base += '\n';
    base += rfc9421 ? '"' + name + "\": " : name + ": ";
    base += *value;
  }
  if (rfc9421) {
    if (!signature.components.empty()) base += '\n';
    base += "\"@signature-params\": " + signature.parameters;
  }
  return base;
}

Result<void> check_before_key(const ParsedSignature& signature, const SignedRequest& request,
                              const VerifyContext& context) {
  const bool rfc9421 = signature.scheme == SignatureScheme::rfc9421;
  TRY_VOID(check_host(request, context));
  TRY_VOID(rfc9421 ? check_rfc9421_coverage(signature, request) : check_cavage_coverage(signature, request));
  TRY_VOID(check_times(signature, request, context.now));
  TRY_VOID(signature_base(signature, request));
  return {};
}

Result<void> check_with_key(const ParsedSignature& signature, const SignedRequest& request, const PublicKey& key) {
  std::vector<std::string> bases{TRY(signature_base(signature, request))};
  const bool has_query = request.target.find('?') != std::string_view::npos;
  // Several peers sign the path alone (federation.md 2.3 step 8).
  if (signature.scheme == SignatureScheme::cavage && has_query)
    bases.push_back(TRY(signature_base(signature, request, false)));
  for (const SignatureAlgorithm algorithm : algorithms_for(signature, key)) {
    for (const std::string& base : bases) {
      if (key.verify(algorithm, base, signature.signature)) return {};
    }
  }
  return not_proven("The signature does not verify", "key " + signature.key_id);
}

Result<void> verify(const ParsedSignature& signature, const SignedRequest& request, const PublicKey& key,
                    const VerifyContext& context) {
  TRY_VOID(check_before_key(signature, request, context));
  return check_with_key(signature, request, key);
}

std::optional<Time> signed_at(const ParsedSignature& signature, const SignedRequest& request) {
  if (signature.created) return from_seconds(*signature.created);
  const auto date = field_value(request, "date");
  return date ? parse_http_date(*date) : std::nullopt;
}

}  // namespace dunlin::crypto
