#include "commands.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/password.hpp"
#include "dunlin/service/account_deletion.hpp"
#include "dunlin/service/suspension.hpp"
#include "dunlin/store/accounts.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>
#include <utility>

namespace dunlin::daemon::commands {

namespace {

struct AccountOptions {
  std::string username;
  std::string email;
  std::string password;
  std::string role;
  bool confirmed = false;
  bool reset_password = false;
  bool no_two_factor = false;
  bool leaked = false;
  bool instance = false;
};

Result<model::Role> parse_role(const std::string& text) {
  if (text == "owner") return model::Role::owner;
  if (text == "admin") return model::Role::admin;
  if (text == "moderator") return model::Role::moderator;
  if (text.empty() || text == "user") return model::Role::user;
  return fail(Errc::invalid, fmt::format("role \"{}\" is none of owner, admin, moderator, user", text));
}

const char* to_string(model::Role role) {
  switch (role) {
    case model::Role::owner:
      return "owner";
    case model::Role::admin:
      return "admin";
    case model::Role::moderator:
      return "moderator";
    case model::Role::user:
      return "user";
  }
  return "user";
}

using store::LocalAccountRow;

Result<LocalAccountRow> get_local(db::Tx& tx, const std::string& username) {
  auto account = store::find_username_holder(tx, username);
  auto user = account ? store::find_user_by_account(tx, account->id) : std::nullopt;
  if (!user) return fail(Errc::not_found, fmt::format("no local account \"{}\"", username));
  return LocalAccountRow{std::move(*account), std::move(*user)};
}

/// The given password, or a random one that is printed.
std::string choose_password(const std::string& given) {
  return given.empty() ? random_token(12) : given;
}

Result<void> create(Core& core, const AccountOptions& options) {
  const auto role = TRY(parse_role(options.role));
  const std::string password = choose_password(options.password);
  const auto hash = TRY(crypto::hash_password(password));
  const auto session = core.new_session();
  const auto account = TRY(session->write([&](db::Tx& tx) {
    return core.services().accounts.create_local(tx,
                                                 {.username = options.username,
                                                  .email = options.email,
                                                  .password = {},
                                                  .role = role,
                                                  .confirmed = options.confirmed},
                                                 hash);
  }));
  fmt::print("created @{}@{} <{}>\n", account.username, core.config().server.domain, options.email);
  if (options.password.empty()) fmt::print("password: {}\n", password);
  return {};
}

const char* state_of(const LocalAccountRow& row) {
  if (row.account.suspended_at) return "suspended";
  if (row.user.disabled) return "disabled";
  if (!row.user.approved) return "pending";
  return row.user.confirmed_at ? "active" : "unconfirmed";
}

Result<void> list(Core& core) {
  const auto rows = TRY(core.new_session()->read(
      [](db::Tx& tx) -> Result<std::vector<LocalAccountRow>> { return store::list_local_accounts(tx); }));
  for (const auto& row : rows) {
    fmt::print("{:<30} {:<10} {:<12} {}\n", row.account.username, to_string(row.user.role), state_of(row),
               row.user.email);
  }
  return {};
}

Result<void> show(Core& core, const AccountOptions& options) {
  const auto row = TRY(core.new_session()->read([&](db::Tx& tx) { return get_local(tx, options.username); }));
  fmt::print("username:  {}\nemail:     {}\nrole:      {}\nstate:     {}\nactor:     {}\ncreated:   {}\n",
             row.account.username, row.user.email, to_string(row.user.role), state_of(row), row.account.uri,
             format_iso8601(row.user.created_at));
  fmt::print("statuses:  {}\nfollowers: {}\nfollowing: {}\n", row.account.statuses_count, row.account.followers_count,
             row.account.following_count);
  return {};
}

/// Reads the account, lets `change` alter its login, stores it.
Result<void> change_user(Core& core, const std::string& username,
                         const std::function<Result<void>(model::User&, Time)>& change) {
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    auto row = TRY(get_local(tx, username));
    TRY_VOID(change(row.user, tx.now()));
    store::update_user(tx, row.user);
    core.events().tell(tx, service::events::LoginChanged{row.user.id});
    return {};
  });
}

Result<void> modify(Core& core, const AccountOptions& options) {
  std::string new_password;
  std::string hash;
  if (options.reset_password || !options.password.empty()) {
    new_password = choose_password(options.password);
    hash = TRY(crypto::hash_password(new_password));
  }
  TRY_VOID(change_user(core, options.username, [&](model::User& user, Time now) -> Result<void> {
    if (!options.role.empty()) user.role = TRY(parse_role(options.role));
    if (!options.email.empty()) user.email = options.email;
    if (options.confirmed && !user.confirmed_at) user.confirmed_at = now;
    if (!hash.empty()) user.password_hash = hash;
    return {};
  }));
  if (options.no_two_factor) {
    TRY_VOID(core.new_session()->write([&](db::Tx& tx) -> Result<void> {
      core.services().two_factor.disable(tx, TRY(get_local(tx, options.username)).user.id);
      return {};
    }));
  }
  fmt::print("changed @{}\n", options.username);
  if (options.reset_password && options.password.empty()) fmt::print("password: {}\n", new_password);
  return {};
}

Result<void> set_disabled(Core& core, const AccountOptions& options, bool disabled) {
  TRY_VOID(change_user(core, options.username, [&](model::User& user, Time) -> Result<void> {
    user.disabled = disabled;
    return {};
  }));
  fmt::print("{} @{}\n", disabled ? "disabled" : "enabled", options.username);
  return {};
}

Result<void> approve(Core& core, const AccountOptions& options) {
  TRY_VOID(core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto row = TRY(get_local(tx, options.username));
    return core.services().registrations.approve(tx, row.user);
  }));
  fmt::print("approved @{}\n", options.username);
  return {};
}

Result<void> reject(Core& core, const AccountOptions& options) {
  TRY_VOID(core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto row = TRY(get_local(tx, options.username));
    return core.services().registrations.reject(tx, row.user);
  }));
  fmt::print("rejected @{}\n", options.username);
  return {};
}

Result<void> suspend(Core& core, const AccountOptions& options, bool suspended) {
  TRY_VOID(core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto row = TRY(get_local(tx, options.username));
    service::suspend_local_account(tx, core.env(), row.account, suspended);
    return {};
  }));
  fmt::print("{} @{}\n", suspended ? "suspended" : "unsuspended", options.username);
  return {};
}

Result<void> remove(Core& core, const AccountOptions& options) {
  if (!options.confirmed) {
    return fail(Errc::invalid,
                fmt::format("this cannot be undone: add --yes to delete @{} and all it posted", options.username));
  }
  TRY_VOID(core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto row = TRY(get_local(tx, options.username));
    service::delete_local_account(tx, core.env(), row.account);
    return {};
  }));
  fmt::print("deleted @{}; the server tells others and erases what it posted\n", options.username);
  return {};
}

Result<void> rotate_keys(Core& core, const AccountOptions& options) {
  if (options.instance == !options.username.empty()) {
    return fail(Errc::invalid, "either a username or --instance is needed");
  }
  auto& accounts = core.services().accounts;
  TRY_VOID(core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto account =
        options.instance ? accounts.ensure_instance_actor(tx) : TRY(get_local(tx, options.username)).account;
    const auto how = options.leaked ? service::KeyRotation::leaked : service::KeyRotation::planned;
    return accounts.rotate_keys(tx, account, how);
  }));
  fmt::print("{} has new keys, which sign {}\n", options.instance ? "the instance actor" : "@" + options.username,
             options.leaked ? "from now on" : "in a day");
  return {};
}

Result<void> reseal_keys(Core& core, bool seal) {
  const auto changed =
      TRY(core.new_session()->write([&](db::Tx& tx) { return service::reseal_keys(core.config(), tx, seal); }));
  fmt::print("{} keys are {} now\n", changed, seal ? "encrypted" : "stored as they are");
  return {};
}

using Action = Result<void> (*)(Core&, const AccountOptions&);

}  // namespace

void add_account(CLI::App& app, Invocation& invocation) {
  auto* account = app.add_subcommand("account", "Local accounts");
  account->require_subcommand(1);
  auto options = std::make_shared<AccountOptions>();
  const auto add = [&](const char* name, const char* help, Action action) {
    auto* command = account->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) { return action(core, *options); });
    return command;
  };
  const auto add_named = [&](const char* name, const char* help, Action action) {
    auto* command = add(name, help, action);
    command->add_option("--username,username", options->username, "whose")->required();
    return command;
  };

  auto* make = add_named("create", "Make an account; prints a password when none is given", create);
  make->add_option("--email", options->email)->required();
  make->add_option("--password", options->password);
  make->add_option("--role", options->role, "owner, admin, moderator or user");
  make->add_flag("--confirmed", options->confirmed, "the address needs no confirmation");
  add("list", "List local accounts", [](Core& core, const AccountOptions&) { return list(core); });
  add_named("show", "Show one account", show);
  add_named("approve", "Let a pending account in", approve);
  add_named("reject", "Refuse a pending account, and delete it", reject);
  auto* change = add_named("modify", "Change role, address or password", modify);
  change->add_option("--email", options->email);
  change->add_option("--password", options->password);
  change->add_flag("--reset-password", options->reset_password, "make and print a new one");
  change->add_option("--role", options->role, "owner, admin, moderator or user");
  change->add_flag("--no-two-factor", options->no_two_factor, "turn the second factor off, for who has lost it");
  change->add_flag("--confirmed", options->confirmed, "mark the address as confirmed");
  add_named("disable", "Refuse sign-in and API use",
            [](Core& core, const AccountOptions& o) { return set_disabled(core, o, true); });
  add_named("enable", "Undo disable", [](Core& core, const AccountOptions& o) { return set_disabled(core, o, false); });
  add_named("suspend", "Hide the account and all it posted",
            [](Core& core, const AccountOptions& o) { return suspend(core, o, true); });
  add_account_moves(*account, invocation);
  add_named("unsuspend", "Undo suspend", [](Core& core, const AccountOptions& o) { return suspend(core, o, false); });
  add_named("delete", "Erase the account, for good", remove)
      ->add_flag("--yes", options->confirmed, "it is meant: there is no way back");
  auto* rotate = add("rotate-keys", "Give the account new keys to sign with, in a day", rotate_keys);
  rotate->add_option("--username,username", options->username, "whose");
  rotate->add_flag("--instance", options->instance, "the instance actor's, which sign every fetch");
  rotate->add_flag("--leaked", options->leaked, "somebody else may have the old ones: use them no more");
  add("encrypt-keys", "Encrypt all private keys in the database with federation.key_secret",
      [](Core& core, const AccountOptions&) { return reseal_keys(core, true); });
  add("decrypt-keys", "Undo encrypt-keys, with the same secret: before it is changed, or done without",
      [](Core& core, const AccountOptions&) { return reseal_keys(core, false); });
}

}  // namespace dunlin::daemon::commands
