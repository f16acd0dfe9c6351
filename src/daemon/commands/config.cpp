#include "commands.hpp"

#include <fmt/core.h>

namespace dunlin::daemon::commands {

void add_config(CLI::App& app, Invocation& invocation) {
  auto* check = app.add_subcommand("check-config", "Check the configuration file and exit");
  check->callback([&invocation] {
    invocation.run = [&invocation]() -> Result<void> {
      TRY(invocation.load_config());
      fmt::print("{}: good\n", invocation.config_file);
      return {};
    };
  });
  auto* print = app.add_subcommand("print-config", "Print the settings in force, secrets blanked");
  print->callback([&invocation] {
    invocation.run = [&invocation]() -> Result<void> {
      fmt::print("{}", config::print(TRY(invocation.load_config())));
      return {};
    };
  });
}

}  // namespace dunlin::daemon::commands
