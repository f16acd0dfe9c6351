#include "command_line.hpp"

#include "commands/commands.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/version.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace dunlin::daemon {

namespace {

// CLI11's own codes say more; the contract knows two kinds of failure.
constexpr int kFailed = 1;
constexpr int kBadUsage = 2;

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && text.starts_with("DUNLIN_")) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

std::string default_config_file() {
  const char* named = std::getenv("DUNLIN_CONFIG");
  return named != nullptr ? named : "/etc/dunlin/dunlin.toml";
}

int report(std::string_view message) {
  fmt::print(stderr, "dunlin: {}\n", message);
  return kFailed;
}

}  // namespace

Result<config::Config> commands::Invocation::load_config() const {
  return config::load(config_file, environment());
}

void commands::Invocation::when(CLI::App& command, std::function<Result<void>(Core&)> action) {
  command.callback([this, action = std::move(action)] { run = [this, action] { return with_core(action); }; });
}

Result<void> commands::Invocation::with_core(const std::function<Result<void>(Core&)>& action) const {
  const auto config = TRY(load_config());
  log::configure(log::Level::warn);
  const auto core = TRY(Core::open(config, 1));
  TRY_VOID(core->prepare());
  return action(*core);
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Dunlin, a federated microblogging server", "dunlin");
  app.set_version_flag("--version", "dunlin " + std::string(kVersion));
  app.require_subcommand(1);
  commands::Invocation invocation{.config_file = default_config_file(), .run = {}};
  app.add_option("--config", invocation.config_file,
                 "configuration file (else $DUNLIN_CONFIG, else /etc/dunlin/dunlin.toml)");
  commands::add_serve(app, invocation);
  commands::add_config(app, invocation);
  commands::add_migrate(app, invocation);
  commands::add_doctor(app, invocation);
  commands::add_account(app, invocation);
  commands::add_token(app, invocation);
  commands::add_announcement(app, invocation);
  commands::add_instance_text(app, invocation);
  commands::add_invite(app, invocation);
  commands::add_emoji(app, invocation);
  commands::add_media(app, invocation);
  commands::add_job(app, invocation);
  commands::add_rule(app, invocation);
  commands::add_domain(app, invocation);
  commands::add_relay(app, invocation);
  commands::add_trend(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadUsage;
  }
  try {
    const auto done = invocation.run();
    if (done) return 0;
    return report(done.error().detail.empty() ? done.error().message
                                              : fmt::format("{} ({})", done.error().message, done.error().detail));
  } catch (const std::exception& e) {
    return report(e.what());
  }
}

}  // namespace dunlin::daemon
