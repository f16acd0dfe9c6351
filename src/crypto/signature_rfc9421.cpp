#include "signature_parts.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"

#include <algorithm>
#include <map>

namespace dunlin::crypto {
namespace {

constexpr std::size_t kMaxLabels = 16;
constexpr std::size_t kMaxTried = 3;
constexpr std::size_t kMaxComponents = 32;

bool is_lower_alpha(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_alpha(char c) {
  return is_lower_alpha(c) || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads the part of RFC 8941 (structured fields) that the two fields use. After a mistake `good` stays false.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) good_ = false;
  }
  void reject() { good_ = false; }
  void skip_spaces(bool tabs = false) {
    while (accept(' ') || (tabs && accept('\t'))) {
    }
  }
  /// Between the members of a dictionary; false at the end.
  bool next_member() {
    skip_spaces(true);
    if (at_end() || !good_) return false;
    expect(',');
    skip_spaces(true);
    if (at_end()) good_ = false;
    return good_;
  }
  std::string key() {
    if (rest_.empty() || !(is_lower_alpha(rest_[0]) || rest_[0] == '*')) good_ = false;
    return std::string(take_while(
        [](char c) { return is_lower_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*'; }));
  }
  /// With its quotes, as written.
  std::string_view quoted() {
    std::size_t i = 1;
    if (!rest_.starts_with('"')) return no();
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      const auto c = static_cast<unsigned char>(rest_[i]);
      if (c < 0x20 || c > 0x7e) return no();
      if (c == '\\' && (++i >= rest_.size() || (rest_[i] != '"' && rest_[i] != '\\'))) return no();
    }
    if (i >= rest_.size()) return no();
    return take(i + 1);
  }
  /// A string, number, token, byte sequence or boolean, as written.
  std::string_view bare_item() {
    if (rest_.empty()) return no();
    const char c = rest_.front();
    if (c == '"') return quoted();
    if (c == ':') return bytes();
    if (c == '?') return rest_.size() > 1 && (rest_[1] == '0' || rest_[1] == '1') ? take(2) : no();
    if (is_digit(c) || c == '-') {
      return take_while([](char d) { return is_digit(d) || d == '-' || d == '.'; });
    }
    if (!is_alpha(c) && c != '*') return no();
    return take_while([](char d) {
      return is_alpha(d) || is_digit(d) || std::string_view("!#$%&'*+-.^_`|~:/").find(d) != std::string_view::npos;
    });
  }
  /// With its colons, as written.
  std::string_view bytes() {
    if (!rest_.starts_with(':')) return no();
    const auto end = rest_.find(':', 1);
    return end == std::string_view::npos ? no() : take(end + 1);
  }

 private:
  std::string_view no() {
    good_ = false;
    return {};
  }
  std::string_view take(std::size_t count) {
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  template <class Predicate>
  std::string_view take_while(Predicate predicate) {
    std::size_t i = 0;
    while (i < rest_.size() && predicate(rest_[i])) ++i;
    return take(i);
  }

  std::string_view rest_;
  bool good_ = true;
};

std::string unquote(std::string_view quoted) {
  std::string out;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\') ++i;
    out += quoted[i];
  }
  return out;
}

using Parameters = std::map<std::string, std::string, std::less<>>;

/// Appends the parameters in their canonical form to `canonical`, names and values as written to `parameters`.
void read_parameters(FieldReader& in, Parameters& parameters, std::string& canonical) {
  while (in.good() && in.accept(';')) {
    in.skip_spaces();
    std::string name = in.key();
    std::string value = "?1";
    if (in.accept('=')) value = in.bare_item();
    canonical += ';' + name;
    if (value != "?1") canonical += '=' + value;
    if (!parameters.emplace(std::move(name), std::move(value)).second) in.reject();
  }
}

ParsedSignature read_signature_input(FieldReader& in, Parameters& parameters) {
  ParsedSignature out;
  out.scheme = SignatureScheme::rfc9421;
  out.label = in.key();
  in.expect('=');
  in.expect('(');
  std::string& canonical = out.parameters = "(";
  while (in.good()) {
    in.skip_spaces();
    if (in.accept(')')) break;
    const std::string_view quoted = in.quoted();
    std::string component_parameters;
    Parameters ignored;
    read_parameters(in, ignored, component_parameters);
    if (canonical.size() > 1) canonical += ' ';
    canonical += quoted;
    canonical += component_parameters;
    out.components.push_back(unquote(quoted) + component_parameters);
    if (out.components.size() > kMaxComponents) in.reject();
  }
  canonical += ')';
  read_parameters(in, parameters, canonical);
  return out;
}

Result<std::map<std::string, std::string>> read_signatures(std::string_view text) {
  std::map<std::string, std::string> out;
  FieldReader in(text);
  do {
    std::string label = in.key();
    in.expect('=');
    const std::string_view quoted = in.bytes();
    Parameters ignored;
    std::string canonical;
    read_parameters(in, ignored, canonical);
    if (!in.good()) return malformed("Signature is not a dictionary of byte sequences");
    auto bytes = text::base64_decode(quoted.substr(1, quoted.size() - 2));
    if (!bytes || bytes->empty()) return malformed("a signature is not base64");
    if (!out.emplace(std::move(label), std::move(*bytes)).second) return malformed("a repeated label");
    if (out.size() > kMaxLabels) return malformed("too many signatures");
  } while (in.next_member());
  if (!in.good()) return malformed("Signature is not a dictionary");
  return out;
}

std::string string_parameter(const Parameters& parameters, std::string_view name) {
  const auto at = parameters.find(name);
  if (at == parameters.end() || !at->second.starts_with('"')) return {};
  return unquote(at->second);
}

std::optional<std::int64_t> integer_parameter(const Parameters& parameters, std::string_view name) {
  const auto at = parameters.find(name);
  return at == parameters.end() ? std::nullopt : parse_seconds(at->second);
}

bool is_known_algorithm(std::string_view name) {
  return name == "rsa-v1_5-sha256" || name == "rsa-v1_5-sha512" || name == "rsa-pss-sha512" || name == "ed25519";
}

}  // namespace

Result<std::vector<ParsedSignature>> parse_rfc9421(std::string_view input, std::string_view signatures) {
  if (input.size() > kMaxSignatureFieldBytes || signatures.size() > kMaxSignatureFieldBytes)
    return malformed("too long");
  const auto by_label = TRY(read_signatures(text::trim(signatures)));
  std::vector<ParsedSignature> out;
  std::vector<std::string> labels;
  bool unknown_algorithm = false;
  FieldReader in(text::trim(input));
  do {
    Parameters parameters;
    ParsedSignature one = read_signature_input(in, parameters);
    if (!in.good()) return malformed("Signature-Input is not a dictionary of inner lists");
    if (std::ranges::find(labels, one.label) != labels.end()) return malformed("a repeated label");
    if (labels.size() == kMaxLabels) return malformed("too many signatures");
    labels.push_back(one.label);
    one.key_id = string_parameter(parameters, "keyid");
    one.algorithm = text::to_lower_ascii(string_parameter(parameters, "alg"));
    one.created = integer_parameter(parameters, "created");
    one.expires = integer_parameter(parameters, "expires");
    if (parameters.contains("expires") && !one.expires) return malformed("expires is not an integer");
    const bool algorithm_named = parameters.contains("alg");
    unknown_algorithm |= algorithm_named && !is_known_algorithm(one.algorithm);
    const auto bytes = by_label.find(one.label);
    if (bytes == by_label.end() || one.key_id.empty() || (algorithm_named && !is_known_algorithm(one.algorithm)))
      continue;
    one.signature = bytes->second;
    if (out.size() < kMaxTried) out.push_back(std::move(one));
  } while (in.next_member());
  if (!in.good()) return malformed("Signature-Input is not a dictionary");
  if (!out.empty()) return out;
  if (unknown_algorithm) return fail(Errc::bad_request, "The signature algorithm is not supported");
  return malformed("no label with a keyid and a signature");
}

std::optional<std::string> rfc9421_component(const SignedRequest& request, std::string_view name) {
  const auto mark = request.target.find('?');
  if (name == "@method") {
    std::string method(request.method);
    std::ranges::transform(method, method.begin(),
                           [](char c) { return is_lower_alpha(c) ? static_cast<char>(c - 32) : c; });
    return method;
  }
  if (name == "@target-uri") {
    const std::string target(request.target);
    return std::string(request.scheme) + "://" + std::string(request.authority) +
           (target.starts_with('/') ? target : '/' + target);
  }
  if (name == "@authority") return text::to_lower_ascii(request.authority);
  if (name == "@scheme") return text::to_lower_ascii(request.scheme);
  if (name == "@request-target") return std::string(request.target);
  if (name == "@path") return std::string(path_of(request.target));
  if (name == "@query") return mark == std::string_view::npos ? "?" : std::string(request.target.substr(mark));
  // Component parameters (;sf, ;bs, ;req, ;tr, @query-param) are refused, by federation.md 2.5.
  if (name.starts_with('@') || name.find(';') != std::string_view::npos) return std::nullopt;
  if (name != text::to_lower_ascii(name)) return std::nullopt;
  return field_value(request, name);
}

HeaderList sign_rfc9421(const SignedRequest& request, const PrivateKey& key, std::string_view key_id, Time now) {
  HeaderList fields;
  SignedRequest signed_request = request;
  signed_request.headers.clear();
  ParsedSignature parts;
  parts.scheme = SignatureScheme::rfc9421;
  parts.components = {"@method", "@target-uri"};
  if (has_body(request)) {
    fields.emplace_back("Content-Digest", content_digest_header(request.body));
    signed_request.headers.emplace_back(fields.back().first, fields.back().second);
    parts.components.emplace_back("content-digest");
  }
  const bool is_ed25519 = key.type() == KeyType::ed25519;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  parts.parameters = "(\"" + text::join(parts.components, "\" \"") + "\");created=" + std::to_string(seconds) +
                     ";keyid=\"" + std::string(key_id) + "\";alg=\"" + (is_ed25519 ? "ed25519" : "rsa-v1_5-sha256") +
                     "\"";
  // Nothing covered can be missing: the digest is set above, the rest comes from the request line.
  const std::string base = signature_base(parts, signed_request).value();
  const std::string signature =
      key.sign(is_ed25519 ? SignatureAlgorithm::ed25519 : SignatureAlgorithm::rsa_sha256, base);
  fields.emplace_back("Signature-Input", "sig1=" + parts.parameters);
  fields.emplace_back("Signature", "sig1=:" + text::base64_encode(signature) + ":");
  return fields;
}

}  // namespace dunlin::crypto
