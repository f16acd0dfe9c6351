#include "signature_parts.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/digest.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace dunlin::crypto {
namespace {

constexpr std::size_t kMaxParameters = 16;
constexpr std::size_t kMaxComponents = 32;
constexpr std::array<std::string_view, 4> kAlgorithms{"rsa-sha256", "rsa-sha512", "hs2019", "ed25519"};

using Parameters = std::map<std::string, std::string, std::less<>>;

/// key=value or key="value", separated by commas, spaces anywhere between.
Result<Parameters> read_parameters(std::string_view text) {
  Parameters parameters;
  while (!(text = text::trim(text)).empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return malformed("a parameter without a value");
    std::string name(text::trim(text.substr(0, equals)));
    if (name.empty() || name.find_first_of(",\" ") != std::string::npos) return malformed("a bad parameter name");
    text = text::trim(text.substr(equals + 1));
    std::string_view value;
    if (text.starts_with('"')) {
      const auto end = text.find('"', 1);
      if (end == std::string_view::npos) return malformed("an unterminated string");
      value = text.substr(1, end - 1);
      text = text::trim(text.substr(end + 1));
      if (!text.empty() && !text.starts_with(',')) return malformed("text after a string");
    } else {
      value = text::trim(text.substr(0, text.find(',')));
      text.remove_prefix(std::min(text.find(','), text.size()));
    }
    if (text.starts_with(',')) text.remove_prefix(1);
    // A verifier that takes the first and one that takes the last of two would disagree on what was signed.
    if (!parameters.emplace(std::move(name), value).second) return malformed("a repeated parameter");
    if (parameters.size() > kMaxParameters) return malformed("too many parameters");
  }
  return parameters;
}

std::string_view parameter(const Parameters& parameters, std::string_view name) {
  const auto at = parameters.find(name);
  return at == parameters.end() ? std::string_view() : std::string_view(at->second);
}

std::string_view algorithm_name(KeyType type) {
  return type == KeyType::ed25519 ? "ed25519" : "rsa-sha256";
}

}  // namespace

Result<ParsedSignature> parse_cavage(std::string_view value) {
  value = text::trim(value);
  // The scheme word of an Authorization field, which old PeerTube also wrote into Signature.
  constexpr std::string_view kWord = "Signature ";
  if (text::starts_with_ignore_case(value, kWord)) value.remove_prefix(kWord.size());
  if (value.size() > kMaxSignatureFieldBytes) return malformed("too long");
  const Parameters parameters = TRY(read_parameters(value));

  ParsedSignature out;
  out.key_id = parameter(parameters, "keyId");
  if (out.key_id.empty()) return malformed("no keyId");
  out.algorithm = text::to_lower_ascii(parameter(parameters, "algorithm"));
  if (!out.algorithm.empty() && std::ranges::find(kAlgorithms, out.algorithm) == kAlgorithms.end()) {
    return fail(Errc::bad_request, "The signature algorithm is not supported", out.algorithm);
  }
  auto signature = text::base64_decode(parameter(parameters, "signature"));
  if (!signature || signature->empty()) return malformed("no signature, or not base64");
  out.signature = std::move(*signature);

  std::string_view headers = parameter(parameters, "headers");
  if (!parameters.contains("headers")) headers = out.algorithm == "hs2019" ? "(created)" : "date";
  for (const std::string_view name : text::split(headers, ' ')) {
    if (!name.empty()) out.components.push_back(text::to_lower_ascii(name));
  }
  if (out.components.empty() || out.components.size() > kMaxComponents) return malformed("no or too many headers");

  for (const auto& [name, target] : {std::pair{"created", &out.created}, std::pair{"expires", &out.expires}}) {
    if (!parameters.contains(name)) continue;
    *target = parse_seconds(parameter(parameters, name));
    if (!*target) return not_proven("The signature's times must be whole seconds");
  }
  return out;
}

std::optional<std::string> cavage_component(const ParsedSignature& signature, const SignedRequest& request,
                                            std::string_view name, bool with_query) {
  if (name == "(request-target)") {
    const std::string_view path = path_of(request.target);
    const auto mark = request.target.find('?');
    std::string value = text::to_lower_ascii(request.method) + ' ' + std::string(path);
    if (with_query && mark != std::string_view::npos) value += request.target.substr(mark);
    return value;
  }
  const auto seconds = [](std::optional<std::int64_t> time) {
    return time ? std::optional(std::to_string(*time)) : std::nullopt;
  };
  if (name == "(created)") return seconds(signature.created);
  if (name == "(expires)") return seconds(signature.expires);
  return field_value(request, name);
}

HeaderList sign_cavage(const SignedRequest& request, const PrivateKey& key, std::string_view key_id, Time now,
                       bool sign_query) {
  HeaderList fields{{"Date", format_http_date(now)}};
  SignedRequest signed_request = request;
  signed_request.headers = {{"Host", request.authority}};
  ParsedSignature parts;
  parts.components = {"(request-target)", "host", "date"};
  if (has_body(request)) {
    fields.emplace_back("Digest", digest_header(request.body));
    parts.components.emplace_back("digest");
  }
  for (const auto& [name, value] : fields) signed_request.headers.emplace_back(name, value);

  // Nothing covered can be missing: host, date and digest are set above.
  const std::string base = signature_base(parts, signed_request, sign_query).value();
  const auto algorithm = key.type() == KeyType::ed25519 ? SignatureAlgorithm::ed25519 : SignatureAlgorithm::rsa_sha256;
  // Order, quotes and the missing spaces are what the strictest peers parse (federation.md 2.2).
  std::string header = "keyId=\"";
  header += key_id;
  header += "\",algorithm=\"";
  header += algorithm_name(key.type());
  header += "\",headers=\"" + text::join(parts.components, " ") + "\",signature=\"" +
            text::base64_encode(key.sign(algorithm, base)) + "\"";
  fields.emplace_back("Signature", std::move(header));
  return fields;
}

}  // namespace dunlin::crypto
