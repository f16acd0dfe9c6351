#include "commands.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/service/privacy_text.hpp"
#include "dunlin/store/instance_texts.hpp"

#include <fmt/core.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

namespace dunlin::daemon::commands {

namespace {

struct TextOptions {
  std::string name;
  std::string file;
  std::string date;
};

constexpr std::size_t kMaxBytes = 200'000;

/// Errors: invalid.
Result<std::string> read_text(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(Errc::invalid, fmt::format("cannot read {}", file));
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!text::is_valid_utf8(text)) return fail(Errc::invalid, fmt::format("{} is no UTF-8 text", file));
  if (text.size() > kMaxBytes) return fail(Errc::invalid, fmt::format("{} is longer than {} bytes", file, kMaxBytes));
  return text;
}

Result<store::InstanceText> parse_name(const std::string& name) {
  if (name == "about") return store::InstanceText::about;
  if (name == "privacy-policy") return store::InstanceText::privacy_policy;
  return fail(Errc::invalid, fmt::format("\"{}\" is none of about, privacy-policy", name));
}

Result<void> set(db::Tx& tx, const TextOptions& options) {
  const auto kind = TRY(parse_name(options.name));
  const auto source = TRY(read_text(options.file));
  store::save_instance_text(tx, kind, source, service::render_long_text(source));
  fmt::print("set {}\n", options.name);
  return {};
}

Result<void> show(db::Tx& tx, const TextOptions& options) {
  const auto text = store::find_instance_text(tx, TRY(parse_name(options.name)));
  if (text) fmt::print("{}", text->source);
  return {};
}

Result<void> clear(db::Tx& tx, const TextOptions& options) {
  store::delete_instance_text(tx, TRY(parse_name(options.name)));
  fmt::print("cleared {}\n", options.name);
  return {};
}

Result<void> check_date(const std::string& date) {
  if (date.size() == 10 && parse_iso8601(date + "T00:00:00Z")) return {};
  return fail(Errc::invalid, fmt::format("\"{}\" is no date such as 2026-12-01", date));
}

Result<void> set_terms(db::Tx& tx, const TextOptions& options) {
  TRY_VOID(check_date(options.date));
  const auto source = TRY(read_text(options.file));
  store::save_terms(tx, options.date, source, service::render_long_text(source));
  fmt::print("terms of service from {}\n", options.date);
  return {};
}

Result<void> list_terms(db::Tx& tx, const TextOptions&) {
  for (const auto& terms : store::list_terms(tx)) {
    fmt::print("{}{}\n", terms.effective_on, terms.effective ? "  in force" : "");
  }
  return {};
}

Result<void> delete_terms(db::Tx& tx, const TextOptions& options) {
  TRY_VOID(check_date(options.date));
  if (!store::delete_terms(tx, options.date)) {
    return fail(Errc::not_found, fmt::format("there are no terms of {}", options.date));
  }
  fmt::print("deleted the terms of {}\n", options.date);
  return {};
}

using Action = Result<void> (*)(db::Tx&, const TextOptions&);

}  // namespace

void add_instance_text(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<TextOptions>();
  const auto add = [&invocation, options](CLI::App* group, const char* name, const char* help, Action action) {
    auto* command = group->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) {
      return core.new_session()->write([&](db::Tx& tx) { return action(tx, *options); });
    });
    return command;
  };
  auto* text = app.add_subcommand("text", "Long texts of the instance, in Markdown");
  text->require_subcommand(1);
  const auto add_named = [&](const char* name, const char* help, Action action) {
    auto* command = add(text, name, help, action);
    command->add_option("name", options->name, "about or privacy-policy")->required();
    return command;
  };
  add_named("set", "Set a text from a file", set)->add_option("file", options->file)->required();
  add_named("show", "Print a text as it was written", show);
  add_named("clear", "Remove a text", clear);
  auto* terms = app.add_subcommand("terms", "Terms of service, each from a date on");
  terms->require_subcommand(1);
  auto* put = add(terms, "set", "Set the terms that hold from a date on", set_terms);
  put->add_option("date", options->date, "such as 2026-12-01")->required();
  put->add_option("file", options->file)->required();
  add(terms, "list", "List the terms", list_terms);
  add(terms, "delete", "Delete the terms of a date", delete_terms)->add_option("date", options->date)->required();
}

}  // namespace dunlin::daemon::commands
