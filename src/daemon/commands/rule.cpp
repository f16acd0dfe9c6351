#include "commands.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/json/parse.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/rules.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace dunlin::daemon::commands {

namespace {

struct RuleOptions {
  std::int64_t id = 0;
  std::optional<std::string> text;
  std::optional<std::string> hint;
  std::string language;
};

constexpr std::size_t kMaxText = 300;
constexpr std::size_t kMaxHint = 500;

Result<void> check(const RuleOptions& options) {
  if (options.text && (text::trim(*options.text).empty() || text::count_graphemes(*options.text) > kMaxText)) {
    return fail(Errc::invalid, fmt::format("a rule is a text of 1 to {} characters", kMaxText));
  }
  if (options.hint && text::count_graphemes(*options.hint) > kMaxHint) {
    return fail(Errc::invalid, fmt::format("a hint has at most {} characters", kMaxHint));
  }
  return {};
}

Result<void> list(db::Tx& tx, const RuleOptions&) {
  for (const auto& rule : store::list_rules(tx)) {
    fmt::print("{:>4}  {}\n", rule.id, rule.text);
    if (!rule.hint.empty()) fmt::print("      {}\n", rule.hint);
  }
  return {};
}

Result<void> add(db::Tx& tx, const RuleOptions& options) {
  TRY_VOID(check(options));
  fmt::print("added rule {}\n", store::insert_rule(tx, *options.text, options.hint.value_or("")));
  return {};
}

Result<void> no_such_rule(std::int64_t id) {
  return fail(Errc::not_found, fmt::format("there is no rule {}", id));
}

/// The JSON of all translations with that of one language changed.
std::string translate(const std::string& translations, const RuleOptions& options) {
  auto tree = json::parse(translations).value_or(nlohmann::json::object());
  auto& entry = tree[options.language];
  if (options.text) entry["text"] = *options.text;
  if (options.hint) entry["hint"] = *options.hint;
  entry.emplace("text", "");
  entry.emplace("hint", "");
  return tree.dump();
}

Result<void> change(db::Tx& tx, const RuleOptions& options) {
  TRY_VOID(check(options));
  auto rules = store::list_rules(tx);
  const auto rule = std::ranges::find(rules, options.id, &store::Rule::id);
  if (rule == rules.end()) return no_such_rule(options.id);
  if (options.language.empty()) {
    rule->text = options.text.value_or(rule->text);
    rule->hint = options.hint.value_or(rule->hint);
  } else {
    rule->translations = translate(rule->translations, options);
  }
  store::update_rule(tx, *rule);
  fmt::print("changed rule {}\n", options.id);
  return {};
}

Result<void> remove(db::Tx& tx, const RuleOptions& options) {
  if (!store::delete_rule(tx, options.id)) return no_such_rule(options.id);
  fmt::print("deleted rule {}\n", options.id);
  return {};
}

}  // namespace

void add_rule(CLI::App& app, Invocation& invocation) {
  auto* rule = app.add_subcommand("rule", "The rules of this instance");
  rule->require_subcommand(1);
  auto options = std::make_shared<RuleOptions>();
  const auto add_action = [&](const char* name, const char* help, Result<void> (*action)(db::Tx&, const RuleOptions&)) {
    auto* command = rule->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) {
      return core.new_session()->write([&](db::Tx& tx) { return action(tx, *options); });
    });
    return command;
  };
  add_action("list", "List the rules", list);
  auto* make = add_action("add", "Add a rule at the end", add);
  make->add_option("text", options->text)->required();
  make->add_option("--hint", options->hint, "what the rule means, in a sentence or two");
  auto* edit = add_action("change", "Change a rule, or its translation", change);
  edit->add_option("id", options->id)->required();
  edit->add_option("--text", options->text);
  edit->add_option("--hint", options->hint);
  edit->add_option("--language", options->language, "change the translation into this language instead");
  add_action("delete", "Take a rule out of force", remove)->add_option("id", options->id)->required();
}

}  // namespace dunlin::daemon::commands
