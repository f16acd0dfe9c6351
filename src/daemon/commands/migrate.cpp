#include "dunlin/db/migrate.hpp"

#include "commands.hpp"

#include "dunlin/base/log.hpp"

#include <fmt/core.h>

#include <memory>

namespace dunlin::daemon::commands {

namespace {

Result<void> print_status(const db::ConnectionOptions& connection) {
  for (const auto& migration : TRY(db::migration_status(connection))) {
    fmt::print("{} {}\n", migration.applied ? "applied" : "missing", migration.name);
  }
  return {};
}

Result<void> apply(const db::ConnectionOptions& connection) {
  const auto applied = TRY(db::migrate(connection));
  for (const auto& name : applied) fmt::print("applied {}\n", name);
  if (applied.empty()) fmt::print("nothing to do\n");
  return {};
}

}  // namespace

void add_migrate(CLI::App& app, Invocation& invocation) {
  auto* migrate = app.add_subcommand("migrate", "Bring the database schema up to date");
  auto status = std::make_shared<bool>(false);
  migrate->add_flag("--status", *status, "only list the migrations");
  migrate->callback([&invocation, status] {
    invocation.run = [&invocation, status]() -> Result<void> {
      const auto config = TRY(invocation.load_config());
      log::configure(log::Level::warn);
      const auto core = TRY(Core::open(config, 1));
      return *status ? print_status(core->connection()) : apply(core->connection());
    };
  });
}

}  // namespace dunlin::daemon::commands
