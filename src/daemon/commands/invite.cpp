#include "commands.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/store/sign_ups.hpp"

#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace dunlin::daemon::commands {

namespace {

struct InviteOptions {
  std::string code;
  std::optional<int> max_uses;
  std::optional<int> days;
};

Result<void> create(Core& core, db::Tx& tx, const InviteOptions& options) {
  const store::Invite invite{
      .id = core.ids().next<JobId>().value,
      .code = random_token(9),
      .max_uses = options.max_uses,
      .expires_at = options.days ? std::optional<Time>(tx.now() + std::chrono::days(*options.days)) : std::nullopt};
  store::insert_invite(tx, invite);
  fmt::print("{}/invite/{}\n", core.config().origin(), invite.code);
  return {};
}

Result<void> list(Core& core, db::Tx& tx, const InviteOptions&) {
  for (const auto& invite : store::list_invites(tx)) {
    fmt::print("{}/invite/{}  used {}{}{}\n", core.config().origin(), invite.code, invite.uses,
               invite.max_uses ? fmt::format(" of {}", *invite.max_uses) : "",
               invite.expires_at ? ", until " + format_iso8601(*invite.expires_at) : "");
  }
  return {};
}

Result<void> revoke(Core&, db::Tx& tx, const InviteOptions& options) {
  const auto code = options.code.substr(options.code.rfind('/') + 1);
  if (!store::delete_invite(tx, code)) return fail(Errc::not_found, fmt::format("there is no invitation {}", code));
  fmt::print("revoked {}\n", code);
  return {};
}

}  // namespace

void add_invite(CLI::App& app, Invocation& invocation) {
  auto* invite = app.add_subcommand("invite", "Invitations to sign up, also while registrations are closed");
  invite->require_subcommand(1);
  auto options = std::make_shared<InviteOptions>();
  const auto add = [&](const char* name, const char* help,
                       Result<void> (*action)(Core&, db::Tx&, const InviteOptions&)) {
    auto* command = invite->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) {
      return core.new_session()->write([&](db::Tx& tx) { return action(core, tx, *options); });
    });
    return command;
  };
  auto* make = add("create", "Make an invitation and print its address", create);
  make->add_option("--max-uses", options->max_uses, "how many may sign up with it")->check(CLI::PositiveNumber);
  make->add_option("--days", options->days, "how long it lasts")->check(CLI::Range(1, 3650));
  add("list", "List the invitations", list);
  add("revoke", "Take an invitation back", revoke)
      ->add_option("code", options->code, "the code or the address")
      ->required();
}

}  // namespace dunlin::daemon::commands
