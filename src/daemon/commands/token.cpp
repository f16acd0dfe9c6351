#include "commands.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/oauth.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>

namespace dunlin::daemon::commands {

namespace {

constexpr std::string_view kApplicationName = "dunlin command line";

struct TokenOptions {
  std::string username;
  std::string scopes = "read write follow push";
};

Result<void> create_token(Core& core, const TokenOptions& options) {
  auto scopes = service::scopes::parse(options.scopes);
  if (!scopes) return fail(Errc::invalid, fmt::format("unknown scope in \"{}\"", options.scopes));
  const auto session = core.new_session();
  auto& oauth = core.services().oauth;
  const auto issued = TRY(session->write([&](db::Tx& tx) -> Result<service::OAuthService::Issued> {
    const auto account = store::find_username_holder(tx, options.username);
    const auto user = account ? store::find_user_by_account(tx, account->id) : std::nullopt;
    if (!user) return fail(Errc::not_found, fmt::format("no local account \"{}\"", options.username));
    const auto registered = TRY(oauth.register_application(tx, {.name = std::string(kApplicationName),
                                                                .redirect_uris = {std::string(service::kOutOfBand)},
                                                                .scopes = *scopes,
                                                                .website = std::nullopt}));
    return oauth.issue_user_token(tx, registered.application, user->id, *scopes);
  }));
  fmt::print("{}\n", issued.access_token);
  return {};
}

}  // namespace

void add_token(CLI::App& app, Invocation& invocation) {
  auto* token = app.add_subcommand("token", "Access tokens");
  token->require_subcommand(1);
  auto* create = token->add_subcommand("create", "Make an access token and print it");
  auto options = std::make_shared<TokenOptions>();
  create->add_option("--username", options->username, "whose")->required();
  create->add_option("--scopes", options->scopes, "separated by spaces")->capture_default_str();
  invocation.when(*create, [options](Core& core) { return create_token(core, *options); });
}

}  // namespace dunlin::daemon::commands
