#pragma once

#include <string_view>

/// The words of ActivityStreams that more than one place needs.
namespace dunlin::activitypub {

/// FEP-844e: how a server says that it verifies signatures by RFC 9421.
inline constexpr std::string_view kRfc9421 = "https://datatracker.ietf.org/doc/html/rfc9421";

inline constexpr std::string_view kNamespace = "https://www.w3.org/ns/activitystreams";
inline constexpr std::string_view kPublic = "https://www.w3.org/ns/activitystreams#Public";
/// What we call our documents: on the wire of a delivery (exactly so: GoToSocial answers 406 to anything else) ...
inline constexpr std::string_view kContentType = "application/activity+json";
/// ... and as the answer to a GET.
inline constexpr std::string_view kResponseType = "application/activity+json; charset=utf-8";
/// `#Public` in any of its spellings.
bool is_public(std::string_view id);
/// application/activity+json, or application/ld+json whose profile names ActivityStreams: nothing else makes a fetched
/// body a document (CVE-2024-25623, CVE-2024-25636).
bool is_activity_type(std::string_view content_type);
/// The same and plain JSON types: enough where a signature protects the body, that is in the inbox.
bool is_inbox_type(std::string_view content_type);
/// What the client of a negotiated URL wants by its Accept header (federation.md 1.6): true = the document, false =
/// HTML.
bool wants_activity(std::string_view accept);

}  // namespace dunlin::activitypub
