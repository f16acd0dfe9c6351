#pragma once

#include "dunlin/base/clock.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Readers of single properties, for any of the shapes of federation.md 3.2. `object` is always a normalised JSON
/// object.
namespace dunlin::activitypub::fields {

/// Property names without `as:` or the full IRI, `@id` and `@type` as `id` and `type` (where the plain one is absent).
nlohmann::json normalise(nlohmann::json value);

/// nullptr when absent or null.
const nlohmann::json* find(const nlohmann::json& object, const char* name);
/// The elements of an array, or a lone value as the only element; null is left out. At most `limit`.
std::vector<const nlohmann::json*> items(const nlohmann::json& object, const char* name, std::size_t limit);

/// All types as strings, without `as:`.
std::vector<std::string> types(const nlohmann::json& object);

/// An absolute http(s) URL that may be an id, unchanged; else "".
std::string checked_id(std::string_view text);
/// The id that a value stands for: a string, an object's id, a Link's href, the first such of an array. "" = none.
std::string id_of(const nlohmann::json& value);
std::string id(const nlohmann::json& object, const char* name);
/// Every id of a property, in order, each once.
std::vector<std::string> ids(const nlohmann::json& object, const char* name, std::size_t limit);
/// A string as it is (not an id), or the id of an object: for conversations, which may be tag: URIs.
std::string opaque_id(const nlohmann::json& object, const char* name);

/// A string; else the best entry of `<name>Map`; else "". Valid for storage, at most `max_bytes`.
std::string text(const nlohmann::json& object, const char* name, std::size_t max_bytes);
/// true, "true", 1.
bool flag(const nlohmann::json& object, const char* name);
/// An integer, a whole float or a numeric string; nullopt when it is none or beyond 2^53.
std::optional<std::int64_t> integer(const nlohmann::json& object, const char* name);
std::optional<double> number(const nlohmann::json& value);
/// RFC 3339; nullopt when unusable.
std::optional<Time> time(const nlohmann::json& object, const char* name);
/// The page for people: text/html before other links, https before http. "" = none.
std::string page_url(const nlohmann::json& object, const char* name);

}  // namespace dunlin::activitypub::fields
