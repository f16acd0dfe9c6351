#include "reader.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <limits>
#include <optional>
#include <sstream>

namespace dunlin::config {

namespace {

std::string where(const std::string& name, const toml::source_region& source) {
  return fmt::format("{}:{}", name, source.begin.line);
}

std::string source_text(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return text::replace_all(out.str(), "\n", " ");
}

/// nullopt: dates, tables and mixed lists, which no setting takes.
std::optional<Raw> to_raw(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* decimal = node.as_floating_point()) return decimal->get();
  const auto* array = node.as_array();
  if (!array) return std::nullopt;
  Texts texts;
  for (const auto& element : *array) {
    const auto* text = element.as_string();
    if (!text) return std::nullopt;
    texts.push_back(text->get());
  }
  return texts;
}

std::string nearest_section(std::string_view wanted) {
  std::string_view best;
  auto best_distance = std::numeric_limits<std::size_t>::max();
  for (const auto& section : sections()) {
    const auto distance = text::edit_distance(wanted, section.name);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = section.name;
  }
  return std::string(best);
}

bool is_section(std::string_view name) {
  for (const auto& section : sections()) {
    if (section.name == name) return true;
  }
  return false;
}

}  // namespace

Result<void> Reader::read_toml(std::string_view toml, const std::string& name) try {
  const auto document = toml::parse(toml, std::string_view(name));
  for (const auto& [section_key, section_node] : document) {
    const auto section = section_key.str();
    const auto section_where = where(name, section_node.source());
    const auto* table = section_node.as_table();
    if (!table) {
      return fail(Errc::invalid, fmt::format("{}: {} stands outside a section; the nearest known key is {}",
                                             section_where, section, nearest_key("", section)));
    }
    if (!is_section(section)) {
      return fail(Errc::invalid, fmt::format("{}: unknown section [{}]; the nearest known one is [{}]", section_where,
                                             section, nearest_section(section)));
    }
    for (const auto& [key, node] : *table) {
      const auto key_where = where(name, node.source());
      const auto* field = find(section, key.str());
      if (!field) {
        return fail(Errc::invalid, fmt::format("{}: unknown key {}.{}; the nearest known one is {}", key_where, section,
                                               key.str(), nearest_key(section, key.str())));
      }
      const auto raw = to_raw(node);
      if (!raw) {
        return fail(Errc::invalid, fmt::format("{}: {} = {}: must be a {}", key_where, field->name(),
                                               field->secret ? "(hidden)" : source_text(node), type_name(field->slot)));
      }
      TRY_VOID(set(*field, *raw, key_where));
    }
  }
  return {};
} catch (const toml::parse_error& error) {
  const auto reason = text::replace_all(std::string(error.description()), "\n", " ");
  return fail(Errc::invalid, fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line, reason));
}

}  // namespace dunlin::config
