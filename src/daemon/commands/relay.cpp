#include "commands.hpp"

#include "dunlin/activitypub/relays.hpp"
#include "dunlin/store/relays.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>

namespace dunlin::daemon::commands {

namespace {

struct RelayOptions {
  std::string url;
  std::string style = "mastodon";
};

const char* to_string(model::RelayState state) {
  switch (state) {
    case model::RelayState::asked:
      return "asked";
    case model::RelayState::accepted:
      return "accepted";
    case model::RelayState::refused:
      return "refused";
  }
  return "?";
}

Result<void> add(Core& core, const RelayOptions& options) {
  if (options.style != "mastodon" && options.style != "litepub") {
    return fail(Errc::invalid, fmt::format("style \"{}\" is neither mastodon nor litepub", options.style));
  }
  const auto style = options.style == "mastodon" ? model::RelayStyle::mastodon : model::RelayStyle::litepub;
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto relay = TRY(activitypub::add_relay(core.env(), tx, options.url, style));
    fmt::print("{}: asked by the running server\n", relay.url);
    return {};
  });
}

Result<void> remove(Core& core, const RelayOptions& options) {
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    TRY_VOID(activitypub::remove_relay(core.env(), tx, options.url));
    fmt::print("{}: left\n", options.url);
    return {};
  });
}

Result<void> list(Core& core, const RelayOptions&) {
  return core.new_session()->read([&](db::Tx& tx) -> Result<void> {
    for (const auto& relay : store::list_relays(tx)) {
      fmt::print("{:<50} {:<9} {}\n", relay.url, relay.style == model::RelayStyle::mastodon ? "mastodon" : "litepub",
                 to_string(relay.state));
    }
    return {};
  });
}

using Action = Result<void> (*)(Core&, const RelayOptions&);

}  // namespace

void add_relay(CLI::App& app, Invocation& invocation) {
  auto* relay = app.add_subcommand("relay", "Relays: servers that pass public posts on");
  relay->require_subcommand(1);
  auto options = std::make_shared<RelayOptions>();
  const auto add_command = [&](const char* name, const char* help, Action action) {
    auto* command = relay->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) { return action(core, *options); });
    return command;
  };
  auto* make = add_command("add", "Subscribe to a relay", add);
  make->add_option("url", options->url, "its inbox (mastodon) or actor (litepub)")->required();
  make->add_option("--style", options->style, "mastodon or litepub");
  add_command("remove", "Leave a relay", remove)->add_option("url", options->url)->required();
  add_command("list", "All relays and what they answered", list);
}

}  // namespace dunlin::daemon::commands
