#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::activitypub {

/// The outside of an activity in its usual form: id, type and actor are strings, the object is one or has one as its
/// id.
struct PlainEnvelope {
  std::string id;
  std::string type;
  std::string actor;
  std::string object;  // its id
};

/// Without building a document, in a third of the time. nullopt: of another form, no JSON, or beyond json::ParseLimits:
/// to be looked at in full. Deep inside it sees less than that: duplicate keys.
std::optional<PlainEnvelope> read_plain_envelope(std::string_view text);

}  // namespace dunlin::activitypub
