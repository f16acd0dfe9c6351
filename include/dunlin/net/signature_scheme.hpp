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

/// Adds what the scheme needs (Date, Digest, Signature, ...) to a complete request. Runs on a crypto thread.
using SignFunction = std::function<void(http::OutboundRequest&, SignatureScheme)>;

}  // namespace dunlin::net
