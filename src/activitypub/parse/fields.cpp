#include "parse/fields.hpp"

#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/base/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace dunlin::activitypub::fields {

using nlohmann::json;

namespace {

constexpr std::string_view kPrefixes[] = {"as:", "https://www.w3.org/ns/activitystreams#",
                                          "http://www.w3.org/ns/activitystreams#"};

std::string_view without_prefix(std::string_view name) {
  for (const auto prefix : kPrefixes) {
    if (name.starts_with(prefix) && name.size() > prefix.size()) return name.substr(prefix.size());
  }
  if (name == "@id" || name == "@type") return name.substr(1);
  return name;
}

std::string stored_text(const std::string& text, std::size_t max_bytes) {
  const auto valid = text::to_valid_utf8(text);
  return std::string(text::truncate_utf8(valid, max_bytes));
}

/// The candidates of a `url` property, best first.
struct Candidate {
  std::string url;
  int rank;
};

void collect_url(const json& value, std::vector<Candidate>& into) {
  std::string url;
  bool is_page = false;
  if (value.is_string()) {
    url = checked_id(value.get_ref<const std::string&>());
  } else if (value.is_object()) {
    const json* href = find(value, "href");
    if (href != nullptr && href->is_string()) url = checked_id(href->get_ref<const std::string&>());
    const json* media_type = find(value, "mediaType");
    is_page = media_type != nullptr && media_type->is_string() &&
              media_type->get_ref<const std::string&>().starts_with("text/html");
  }
  if (url.empty()) return;
  into.push_back({url, (is_page ? 2 : 0) + (url.starts_with("https:") ? 1 : 0)});
}

}  // namespace

json normalise(json value) {
  if (value.is_array()) {
    for (json& element : value) element = normalise(std::move(element));
    return value;
  }
  if (!value.is_object()) return value;
  json result = json::object();
  for (auto& [name, member] : value.items()) {
    const auto plain = without_prefix(name);
    if (plain != name && (value.contains(plain) || result.contains(plain))) continue;
    result[std::string(plain)] = name == "@context" ? std::move(member) : normalise(std::move(member));
  }
  return result;
}

const json* find(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::vector<const json*> items(const json& object, const char* name, std::size_t limit) {
  std::vector<const json*> result;
  const json* value = find(object, name);
  if (value == nullptr) return result;
  if (!value->is_array()) return {value};
  for (const json& element : *value) {
    if (result.size() >= limit) break;
    if (!element.is_null()) result.push_back(&element);
  }
  return result;
}

std::vector<std::string> types(const json& object) {
  std::vector<std::string> result;
  for (const json* value : items(object, "type", 16)) {
    if (value->is_string()) result.emplace_back(without_prefix(value->get_ref<const std::string&>()));
  }
  return result;
}

std::string checked_id(std::string_view text) {
  return Url::parse(text) ? std::string(text) : std::string();
}

std::string id_of(const json& value) {
  if (value.is_string()) return checked_id(value.get_ref<const std::string&>());
  if (value.is_object()) {
    if (const json* id = find(value, "id"); id != nullptr && id->is_string()) {
      return checked_id(id->get_ref<const std::string&>());
    }
    if (const json* href = find(value, "href"); href != nullptr && href->is_string()) {
      return checked_id(href->get_ref<const std::string&>());
    }
    return {};
  }
  if (value.is_array()) {
    for (const json& element : value) {
      // Arrays of arrays mean nothing.
      if (element.is_array()) continue;
      if (auto id = id_of(element); !id.empty()) return id;
    }
  }
  return {};
}

std::string id(const json& object, const char* name) {
  const json* value = find(object, name);
  return value == nullptr ? std::string() : id_of(*value);
}

std::vector<std::string> ids(const json& object, const char* name, std::size_t limit) {
  std::vector<std::string> result;
  std::set<std::string> seen;
  for (const json* value : items(object, name, limit)) {
    if (value->is_array()) continue;
    auto id =
        value->is_string() && is_public(value->get_ref<const std::string&>()) ? std::string(kPublic) : id_of(*value);
    if (!id.empty() && seen.insert(id).second) result.push_back(std::move(id));
  }
  return result;
}

std::string opaque_id(const json& object, const char* name) {
  const json* value = find(object, name);
  if (value == nullptr) return {};
  if (!value->is_string()) return id_of(*value);
  const auto& text = value->get_ref<const std::string&>();
  const bool usable = !text.empty() && text.size() <= 2048 &&
                      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  return usable ? text : std::string();
}

std::string text(const json& object, const char* name, std::size_t max_bytes) {
  for (const json* value : items(object, name, 16)) {
    if (value->is_string()) return stored_text(value->get_ref<const std::string&>(), max_bytes);
  }
  const json* map = find(object, (std::string(name) + "Map").c_str());
  if (map != nullptr && map->is_object()) {
    for (const json& value : *map) {
      if (value.is_string()) return stored_text(value.get_ref<const std::string&>(), max_bytes);
    }
  }
  return {};
}

bool flag(const json& object, const char* name) {
  const json* value = find(object, name);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_number()) return value->get<double>() != 0.0;
  return value->is_string() && value->get_ref<const std::string&>() == "true";
}

std::optional<double> number(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  double result = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return result;
}

std::optional<std::int64_t> integer(const json& object, const char* name) {
  constexpr double kMaxExact = 9'007'199'254'740'992.0;
  const json* value = find(object, name);
  const auto result = value == nullptr ? std::nullopt : number(*value);
  if (!result || !(*result >= -kMaxExact && *result <= kMaxExact)) return std::nullopt;
  return static_cast<std::int64_t>(*result);
}

std::optional<Time> time(const json& object, const char* name) {
  const json* value = find(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return parse_iso8601(value->get_ref<const std::string&>());
}

std::string page_url(const json& object, const char* name) {
  std::vector<Candidate> candidates;
  for (const json* value : items(object, name, 100)) collect_url(*value, candidates);
  const auto best = std::ranges::max_element(candidates, {}, &Candidate::rank);
  return best == candidates.end() ? std::string() : best->url;
}

}  // namespace dunlin::activitypub::fields
