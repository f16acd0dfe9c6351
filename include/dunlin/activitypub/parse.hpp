#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/base/result.hpp"

#include <string_view>

/// Untrusted text to typed documents: pure, never throws whatever the input. Which shapes are read is
/// federation.md 3.2.
namespace dunlin::activitypub {

/// The body of an inbox request. An id that is no URL counts as absent. Errors: bad_request (no JSON object, or without
/// type or actor).
Result<Activity> parse_activity(std::string_view text);

/// The same, but only its id, type, actor and the ids of its objects: what has to be known before it is stored.
/// Deep inside duplicate keys may escape it, which parse_activity() refuses.
Result<Activity> parse_envelope(std::string_view text);

/// A fetched document; @context must name ActivityStreams. Errors: bad_request.
Result<Object> parse_document(std::string_view text);

/// The answer of WebFinger (RFC 7033), reduced to what finding an actor needs.
struct WebFinger {
  std::string subject;  // "user@domain", without "acct:"
  std::string self;     // the id of the actor; a Person's wins (Lemmy names several)
};
/// Errors: bad_request.
Result<WebFinger> parse_webfinger(std::string_view text);
/// The lrdd template of a host-meta document, JRD or XRD (read without a DTD or entities). Errors: bad_request.
Result<std::string> parse_host_meta(std::string_view text);

}  // namespace dunlin::activitypub
