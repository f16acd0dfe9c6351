#pragma once

#include "source_dir.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::test {

/// Compares API answers with the shapes that clients know: tests/fixtures/api/shapes.json, the entities' keys and types
/// as JSON Schema without prose. Where client-api.md corrects them, the correction is here.
class Shapes {
 public:
  using Json = nlohmann::json;

  Shapes() {
    std::ifstream file(DUNLIN_SOURCE_DIR "/tests/fixtures/api/shapes.json");
    shapes_ = Json::parse(file);
    // client-api.md 0.3: sent under both names.
    shapes_["NotificationFallback"]["properties"]["description"] =
        shapes_["NotificationFallback"]["properties"]["details"];
    // client-api.md 6.8: any feed may be switched off.
    auto& feeds = shapes_["Instance"]["properties"]["configuration"]["properties"]["timelines_access"]["properties"];
    feeds["trending_link_feeds"]["properties"]["local"].erase("enum");
    add_media_members();
  }

  /// One line for each missing or unknown key and wrong type; empty when all is well.
  [[nodiscard]] std::vector<std::string> problems(const Json& value, const std::string& entity) const {
    std::vector<std::string> found;
    check(value, shapes_.at(entity), entity, found);
    return found;
  }
  /// The same by a schema that is not among them.
  [[nodiscard]] std::vector<std::string> problems_by(const Json& schema, const Json& value) const {
    std::vector<std::string> found;
    check(value, schema, "", found);
    return found;
  }
  /// The same for each element of an array.
  [[nodiscard]] std::vector<std::string> problems_of_each(const Json& array, const std::string& entity) const {
    std::vector<std::string> found;
    if (!array.is_array()) return {"no array of " + entity};
    for (const auto& value : array) check(value, shapes_.at(entity), entity, found);
    return found;
  }

 private:
  static bool is_extension(std::string_view key) {
    static constexpr std::array<std::string_view, 15> kKeys{"supported_mime_types",
                                                            "local_only",
                                                            "emoji_reactions",
                                                            "pleroma",
                                                            "emoji",
                                                            "emoji_url",
                                                            "expires_in",
                                                            "posting:default:quote_policy",
                                                            "reading:autoplay:gifs",
                                                            "content_type",
                                                            "max_toot_chars",
                                                            "poll_limits",
                                                            "mastodon",
                                                            "vapid",
                                                            "description_limit"};
    return std::ranges::find(kKeys, key) != kKeys.end();
  }

  static bool has_type(const Json& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == "null" && value.is_null();
  }

  /// client-api.md 6.3: members that are sent but that the fixture does not know.
  void add_media_members() {
    const Json text = {{"type", {"string", "null"}}};
    const Json number = {{"type", {"number", "null"}}};
    const Json integer = {{"type", {"integer", "null"}}};
    shapes_["MetaDetails"]["properties"]["size"] = text;
    auto& media = shapes_["MediaAttachment"]["properties"];
    media["preview_remote_url"] = text;
    media["text_url"] = text;
    auto& meta = media["meta"]["properties"];
    for (const auto* name : {"length", "size", "audio_encode", "audio_bitrate", "audio_channels"}) meta[name] = text;
    for (const auto* name : {"duration", "aspect"}) meta[name] = number;
    for (const auto* name : {"fps", "width", "height"}) meta[name] = integer;
  }

  void check(const Json& value, const Json& shape, const std::string& path, std::vector<std::string>& found) const {
    if (shape.contains("$ref")) return check(value, shapes_.at(shape["$ref"].get<std::string>()), path, found);
    if (shape.contains("oneOf")) return check_one_of(value, shape["oneOf"], path, found);
    if (shape.contains("type") && !matches_type(value, shape["type"])) {
      found.push_back(path + ": is " + value.dump().substr(0, 60) + ", not " + shape["type"].dump());
      return;
    }
    if (shape.contains("enum") && std::ranges::find(shape["enum"], value) == shape["enum"].end() && !value.is_null()) {
      found.push_back(path + ": unknown value " + value.dump());
    }
    if (value.is_array() && shape.contains("items")) {
      for (const auto& element : value) check(element, shape["items"], path + "[]", found);
    }
    if (value.is_object() && shape.contains("properties")) check_members(value, shape, path, found);
  }

  static bool matches_type(const Json& value, const Json& type) {
    if (type.is_string()) return has_type(value, type.get<std::string>());
    return std::ranges::any_of(type, [&](const Json& one) { return has_type(value, one.get<std::string>()); });
  }

  void check_one_of(const Json& value, const Json& shapes, const std::string& path,
                    std::vector<std::string>& found) const {
    std::vector<std::string> first;
    for (const auto& shape : shapes) {
      std::vector<std::string> problems;
      check(value, shape, path, problems);
      if (problems.empty()) return;
      if (first.empty()) first = std::move(problems);
    }
    found.insert(found.end(), first.begin(), first.end());
  }

  void check_members(const Json& value, const Json& shape, const std::string& path,
                     std::vector<std::string>& found) const {
    for (const auto& name : shape.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>())) found.push_back(path + ": no " + name.get<std::string>());
    }
    const auto& properties = shape["properties"];
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (properties.contains(it.key())) {
        check(it.value(), properties[it.key()], path + "." + it.key(), found);
      } else if (!is_extension(it.key())) {
        found.push_back(path + ": unknown key " + it.key());
      }
    }
  }

  Json shapes_;
};

}  // namespace dunlin::test
