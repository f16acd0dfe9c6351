#include "fields.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>

#include <string>

namespace dunlin::config {

namespace {

constexpr std::size_t kExampleColumns = 100;

std::string allowed_text(const Field& field) {
  if (!field.choices.empty()) {
    std::vector<std::string> names;
    for (const auto choice : field.choices) names.emplace_back(choice);
    return text::join(names, ", ");
  }
  if (field.least < field.most) {
    return fmt::format("{} to {}", bound_text(field.slot, field.least), bound_text(field.slot, field.most));
  }
  return "";
}

bool is_empty(const Field& field) {
  auto* const* text = std::get_if<std::string*>(&field.slot);
  return text && (*text)->empty();
}

/// "# " and words, wrapped.
std::string comment(std::string_view help) {
  std::string out;
  std::string line = "#";
  for (const auto word : text::split(help, ' ')) {
    if (line.size() + 1 + word.size() > kExampleColumns) {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(word);
  }
  return out + line + "\n";
}

}  // namespace

std::string print(const Config& config) {
  Config copy = config;
  const auto fields = fields_of(copy);
  std::string out;
  for (const auto& section : sections()) {
    out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", section.name);
    for (const auto& field : fields) {
      if (field.section != section.name) continue;
      const bool hidden = field.secret && !is_empty(field);
      out += fmt::format("{} = {}{}\n", field.key, hidden ? "\"\"" : to_toml(field.slot),
                         hidden ? "  # set, not shown" : "");
    }
  }
  return out;
}

std::string reference_markdown() {
  Config defaults;
  const auto fields = fields_of(defaults);
  std::string out = R"(# Configuration

<!-- Made from src/config/fields.cpp; do not edit. DUNLIN_TEST_UPDATE_DOCS=1 build/debug/test_config writes it anew. -->

Dunlin reads one TOML file: the one named by `--config`, else by `$DUNLIN_CONFIG`, else `/etc/dunlin/dunlin.toml`.
[config/dunlin.example.toml](../config/dunlin.example.toml) holds every setting with its default.

Each setting may also be given in the environment, which wins over the file: `server.domain` is
`DUNLIN_SERVER__DOMAIN`. Lists are separated by commas there. Unknown sections, keys and `DUNLIN_` variables are errors that
name the nearest known one. `dunlin check-config` checks everything without starting; `dunlin print-config` shows the settings
in force, secrets blanked. Changes take effect at the next start.

Sizes are bytes or take a unit (`"64K"`, `"512M"`, `"2G"`, powers of 1024); durations need one (`"500ms"`, `"15s"`, `"2m"`, `"1h"`, `"1d"`).
)";
  for (const auto& section : sections()) {
    out += fmt::format("\n## [{}]\n\n{}\n\n| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n",
                       section.name, section.help);
    for (const auto& field : fields) {
      if (field.section != section.name) continue;
      const auto initial =
          field.default_note.empty() ? "`" + to_toml(field.slot) + "`" : std::string(field.default_note);
      const auto type = std::string(type_name(field.slot)) + (field.secret ? ", secret" : "");
      out += fmt::format("| `{}` | {} | {} | {} | {} |\n", field.key, type, initial, allowed_text(field), field.help);
    }
  }
  return out;
}

std::string example_toml() {
  Config defaults;
  const auto fields = fields_of(defaults);
  std::string out =
      "# Dunlin: every setting with its default. Only server.domain must be set. docs/config.md explains\n"
      "# units and variables. Made from src/config/fields.cpp; copy it to /etc/dunlin/dunlin.toml and edit the copy.\n";
  for (const auto& section : sections()) {
    out += fmt::format("\n{}[{}]\n", comment(section.help), section.name);
    for (const auto& field : fields) {
      if (field.section != section.name) continue;
      out += "\n" + comment(field.help);
      if (const auto allowed = allowed_text(field); !allowed.empty() && field.choices.empty())
        out += comment("Allowed: " + allowed + ".");
      if (field.key == "domain") {
        out += "domain = \"example.org\"\n";
      } else if (field.key == "public_url") {
        out += "# public_url = \"https://example.org\"\n";
      } else {
        out += fmt::format("# {} = {}\n", field.key, to_toml(field.slot));
      }
    }
  }
  return out;
}

}  // namespace dunlin::config
