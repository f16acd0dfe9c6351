#include "commands.hpp"

#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/store/domain_policies.hpp"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>

namespace dunlin::daemon::commands {

namespace {

using activitypub::Reason;
using activitypub::Verdict;

constexpr int kListed = 100;

struct Wanted {
  std::string host;
  std::string verdict;
  std::string reason;
};

Result<std::optional<int>> parse_verdict(const std::string& text) {
  if (text.empty()) return std::optional<int>();
  for (const auto verdict : {Verdict::accepted, Verdict::duplicate, Verdict::ignored, Verdict::rejected}) {
    if (text == to_string(verdict)) return std::optional(static_cast<int>(verdict));
  }
  return fail(Errc::invalid, fmt::format("verdict \"{}\" is none of accepted, duplicate, ignored, rejected", text));
}

Result<std::optional<int>> parse_reason(const std::string& text) {
  if (text.empty()) return std::optional<int>();
  std::string known;
  for (int number = 0; number < activitypub::kReasons; ++number) {
    const auto name = to_string(static_cast<Reason>(number));
    if (text == name) return std::optional(number);
    if (!known.empty()) known += ", ";
    known += name;
  }
  return fail(Errc::invalid, fmt::format("reason \"{}\" is none of {}", text, known));
}

Result<void> print(Core& core, const Wanted& wanted) {
  const auto verdict = TRY(parse_verdict(wanted.verdict));
  const auto reason = TRY(parse_reason(wanted.reason));
  const auto host = wanted.host.empty() ? std::nullopt : std::optional(wanted.host);
  return core.new_session()->read([&](db::Tx& tx) -> Result<void> {
    for (const auto& row : store::list_verdicts(tx, host, verdict, reason, kListed)) {
      fmt::print("{} {} {} {} {} {} {}\n", format_iso8601(row.received_at), row.host, row.type,
                 verdict_name(row.verdict), to_string(static_cast<Reason>(row.why)),
                 row.uri.empty() ? "-" : row.uri.substr(0, row.uri.find(' ')), row.reason);
    }
    return {};
  });
}

}  // namespace

const char* verdict_name(std::optional<int> verdict) {
  return verdict ? to_string(static_cast<Verdict>(*verdict)) : "waiting";
}

void add_verdicts(CLI::App& parent, Invocation& invocation) {
  auto wanted = std::make_shared<Wanted>();
  auto* command = parent.add_subcommand("verdicts", "What became of the newest inbound activities, and why");
  command->add_option("--host", wanted->host, "of one host only");
  command->add_option("--verdict", wanted->verdict, "accepted, duplicate, ignored or rejected");
  command->add_option("--reason", wanted->reason, "of one reason only, such as nobody_concerned");
  invocation.when(*command, [wanted](Core& core) { return print(core, *wanted); });
}

}  // namespace dunlin::daemon::commands
