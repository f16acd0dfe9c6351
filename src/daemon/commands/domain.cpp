#include "commands.hpp"

#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/service/domain_policies.hpp"
#include "dunlin/store/domain_policies.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>

namespace dunlin::daemon::commands {

namespace {

constexpr int kListed = 100;

struct DomainOptions {
  std::string domain;
  std::string severity = "suspend";
  std::string private_comment;
  std::string public_comment;
  bool reject_media = false;
  bool reject_reports = false;
  bool obfuscate = false;
  bool dry_run = false;
};

service::DomainService service_of(Core& core) {
  return {core.config(), core.ids(), core.queue()};
}

void print_reach(const std::string& domain, const store::DomainReach& reach) {
  fmt::print("{}: {} accounts known here, {} follows from there, {} follows of them\n", domain, reach.accounts,
             reach.followers, reach.following);
}

std::string describe(const model::DomainPolicy& policy) {
  std::string text(to_string(policy.severity));
  if (policy.reject_media) text += ", no media";
  if (policy.reject_reports) text += ", no reports";
  if (!policy.private_comment.empty()) text += " (" + policy.private_comment + ")";
  return text;
}

Result<void> block(Core& core, const DomainOptions& options) {
  const auto severity = model::parse_domain_severity(options.severity);
  if (!severity)
    return fail(Errc::invalid, fmt::format("severity \"{}\" is none of suspend, limit, none", options.severity));
  auto service = service_of(core);
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    const auto reach = TRY(service.reach(tx, options.domain));
    if (options.dry_run) {
      print_reach(options.domain, reach);
      return {};
    }
    model::DomainPolicy policy;
    policy.domain = options.domain;
    policy.severity = *severity;
    policy.reject_media = options.reject_media;
    policy.reject_reports = options.reject_reports;
    policy.private_comment = options.private_comment;
    policy.public_comment = options.public_comment;
    policy.obfuscate = options.obfuscate;
    const auto made = TRY(service.block(tx, policy));
    print_reach(made.domain, reach);
    fmt::print("{} and its subdomains: {}; the running server carries it out\n", made.domain, describe(made));
    return {};
  });
}

Result<void> unblock(Core& core, const DomainOptions& options) {
  auto service = service_of(core);
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    TRY_VOID(service.unblock(tx, options.domain));
    print_reach(options.domain, TRY(service.reach(tx, options.domain)));
    fmt::print("{}: no policy any more; the running server puts back what it cut\n", options.domain);
    return {};
  });
}

Result<void> list(Core& core, const DomainOptions&) {
  return core.new_session()->read([&](db::Tx& tx) -> Result<void> {
    for (const auto& policy : store::list_domain_policies(tx))
      fmt::print("{:<40} {}\n", policy.domain, describe(policy));
    for (const auto& domain : store::list_domain_allows(tx)) fmt::print("{:<40} allowed\n", domain);
    for (const auto& domain : core.config().federation.allowlist)
      fmt::print("{:<40} allowed (configuration)\n", domain);
    return {};
  });
}

Result<void> show(Core& core, const DomainOptions& options) {
  auto service = service_of(core);
  return core.new_session()->read([&](db::Tx& tx) -> Result<void> {
    print_reach(options.domain, TRY(service.reach(tx, options.domain)));
    const auto policy = core.federation().policies().find(options.domain);
    fmt::print("policy: {}{}\n", describe(policy),
               policy.domain.empty() || policy.domain == options.domain ? "" : " by that of " + policy.domain);
    fmt::print("speaks with us: {}\n", core.federation().policies().may_federate(options.domain) ? "yes" : "no");
    for (const auto& count : store::count_verdicts(tx, options.domain, kListed)) {
      fmt::print("{:>8} {:<12} {:<10} {}\n", count.count, count.type, verdict_name(count.verdict), count.reason);
    }
    return {};
  });
}

Result<void> allow(Core& core, const DomainOptions& options) {
  auto service = service_of(core);
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    fmt::print("{} is on the list of mode allowlist\n", TRY(service.allow(tx, options.domain)));
    return {};
  });
}

Result<void> disallow(Core& core, const DomainOptions& options) {
  auto service = service_of(core);
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    fmt::print("{} is off the list of mode allowlist\n", TRY(service.disallow(tx, options.domain)));
    return {};
  });
}

using Action = Result<void> (*)(Core&, const DomainOptions&);

}  // namespace

void add_domain(CLI::App& app, Invocation& invocation) {
  auto* domain = app.add_subcommand("domain", "Other servers: whom to speak with, and what became of what they sent");
  domain->require_subcommand(1);
  auto options = std::make_shared<DomainOptions>();
  const auto add = [&](const char* name, const char* help, Action action) {
    auto* command = domain->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) { return action(core, *options); });
    return command;
  };
  const auto add_named = [&](const char* name, const char* help, Action action) {
    auto* command = add(name, help, action);
    command->add_option("domain", options->domain, "the domain; its subdomains are meant, too")->required();
    return command;
  };
  auto* make = add_named("block", "Set the policy for a domain and its subdomains", block);
  make->add_option("--severity", options->severity, "suspend (nothing in or out), limit, or none");
  make->add_flag("--reject-media", options->reject_media, "show no media from there");
  make->add_flag("--reject-reports", options->reject_reports, "drop reports from there");
  make->add_option("--comment", options->private_comment, "why, for moderators");
  make->add_option("--public-comment", options->public_comment, "why, for everybody");
  make->add_flag("--obfuscate", options->obfuscate, "show the name in part only in public");
  make->add_flag("--dry-run", options->dry_run, "only say who would be affected");
  add_named("unblock", "Lift the policy for a domain, and undo what it did", unblock);
  add("list", "All policies", list);
  add_named("show", "One domain: its policy, whom it touches, what became of its activities", show);
  add_named("allow", "Put a domain on the list of mode allowlist", allow);
  add_named("disallow", "Take it off", disallow);
  add_verdicts(*domain, invocation);
}

}  // namespace dunlin::daemon::commands
