#include "commands.hpp"

#include "dunlin/activitypub/moves.hpp"
#include "dunlin/store/accounts.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>

namespace dunlin::daemon::commands {

namespace {

struct MoveOptions {
  std::string username;
  std::string other;
};

Result<model::Account> get_local(db::Tx& tx, const std::string& username) {
  auto account = store::find_account_by_handle(tx, username, std::nullopt);
  if (!account) return fail(Errc::not_found, fmt::format("no local account \"{}\"", username));
  return std::move(*account);
}

/// The other account is on another server: the running server asks there.
Result<void> ask(Core& core, const MoveOptions& options, const char* what) {
  if (options.other.empty() || options.other.find_first_of(" \t\n") != std::string::npos) {
    return fail(Errc::invalid, fmt::format("\"{}\" is neither a handle nor an address", options.other));
  }
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto account = TRY(get_local(tx, options.username));
    core.queue().enqueue(tx, {.kind = activitypub::kMoveAccount,
                              .payload = fmt::format("{} {} {}", account.id.str(), what, options.other)});
    fmt::print("@{}: {} {} is carried out by the running server; `dunlin job list` shows it when that failed\n",
               account.username, what, options.other);
    return {};
  });
}

}  // namespace

void add_account_moves(CLI::App& account, Invocation& invocation) {
  auto options = std::make_shared<MoveOptions>();
  const auto add = [&](const char* name, const char* help, auto action) {
    auto* command = account.add_subcommand(name, help);
    command->add_option("username", options->username, "whose")->required();
    command->add_option("other", options->other, "user@domain, or the address of its actor")->required();
    invocation.when(*command, [options, action](Core& core) { return action(core, *options); });
  };
  add("alias", "Name another account as one's own, so that it may move here",
      [](Core& core, const MoveOptions& o) { return ask(core, o, "alias"); });
  add("unalias", "Take an alias back", [](Core& core, const MoveOptions& o) { return ask(core, o, "unalias"); });
  add("migrate", "Move to another account that names this one as an alias, followers and all",
      [](Core& core, const MoveOptions& o) { return ask(core, o, "migrate"); });
}

}  // namespace dunlin::daemon::commands
