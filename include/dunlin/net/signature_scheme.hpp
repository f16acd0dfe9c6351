#pragma once

#include "dunlin/crypto/http_signature.hpp"
#include "dunlin/http/message.hpp"

#include <functional>

namespace dunlin::net {

using crypto::SignatureScheme;

/// A host that refuses one may take the other: it is found out by asking twice (federation.md 2.6).
constexpr SignatureScheme other_scheme(SignatureScheme scheme) {
  return scheme == SignatureScheme::cavage ? SignatureScheme::rfc9421 : SignatureScheme::cavage;
}

/// How a GET is signed. Some servers verify draft-cavage over the path alone (federation.md 2.2).
struct SignatureForm {
  SignatureScheme scheme = SignatureScheme::cavage;
  bool with_query = true;
  friend bool operator==(const SignatureForm&, const SignatureForm&) = default;
};

/// Adds what the scheme needs (Date, Signature, ...) to a complete GET. Runs on a crypto thread.
using SignFunction = std::function<void(http::OutboundRequest&, SignatureForm)>;

}  // namespace dunlin::net
