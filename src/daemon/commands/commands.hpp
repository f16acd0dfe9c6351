#pragma once

#include "../core.hpp"

#include "dunlin/base/result.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>

/// One file per subject; each adds its subcommands and, when one is chosen, sets `run`.
namespace dunlin::daemon::commands {

struct Invocation {
  std::string config_file;
  /// Set by the chosen subcommand. Errors are printed as one line, exit 1.
  std::function<Result<void>()> run;

  /// For subcommands that work on the database: when `command` is chosen, loads the configuration, opens and prepares
  /// the database, and calls `action`.
  void when(CLI::App& command, std::function<Result<void>(Core&)> action);
  [[nodiscard]] Result<config::Config> load_config() const;

 private:
  [[nodiscard]] Result<void> with_core(const std::function<Result<void>(Core&)>& action) const;
};

void add_serve(CLI::App& app, Invocation& invocation);
void add_config(CLI::App& app, Invocation& invocation);  // check-config, print-config
void add_migrate(CLI::App& app, Invocation& invocation);
void add_doctor(CLI::App& app, Invocation& invocation);
void add_account(CLI::App& app, Invocation& invocation);
/// Aliases, moves, keys: below `account`.
void add_account_moves(CLI::App& account, Invocation& invocation);
void add_token(CLI::App& app, Invocation& invocation);
void add_announcement(CLI::App& app, Invocation& invocation);
void add_instance_text(CLI::App& app, Invocation& invocation);  // text, terms
void add_invite(CLI::App& app, Invocation& invocation);
void add_emoji(CLI::App& app, Invocation& invocation);
void add_media(CLI::App& app, Invocation& invocation);
void add_job(CLI::App& app, Invocation& invocation);
void add_rule(CLI::App& app, Invocation& invocation);
/// `verdicts`: what became of inbound activities, and why; below several commands.
void add_verdicts(CLI::App& parent, Invocation& invocation);
/// The name of a stored verdict.
const char* verdict_name(std::optional<int> verdict);
void add_domain(CLI::App& app, Invocation& invocation);
void add_relay(CLI::App& app, Invocation& invocation);
void add_trend(CLI::App& app, Invocation& invocation);

}  // namespace dunlin::daemon::commands
