#include "commands.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/activities.hpp"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>

namespace dunlin::daemon::commands {

namespace {

constexpr int kListed = 100;

Result<void> print_counts(db::Tx& tx) {
  for (const auto& count : jobs::count_jobs(tx)) {
    fmt::print("{:<12} {:<9} {}\n", jobs::to_string(count.lane),
               count.state == jobs::JobState::pending ? "pending" : "given up", count.jobs);
  }
  const auto deliveries = jobs::count_deliveries(tx);
  fmt::print("{:<12} {:<9} {}\n{:<12} {:<9} {}\n", "deliveries", "pending", deliveries.pending, "deliveries",
             "given up", deliveries.given_up);
  fmt::print("{:<12} {:<9} {}\n", "inbox", "pending", store::count_waiting_activities(tx));
  return {};
}

Result<void> print_given_up(db::Tx& tx) {
  for (const auto& job : jobs::list(tx, jobs::JobState::given_up, kListed)) {
    fmt::print("{} {} {} after {} attempts: {}\n", job.id.str(), job.kind, format_iso8601(job.created_at), job.attempts,
               job.last_error.value_or(""));
  }
  for (const auto& given_up : jobs::list_given_up_deliveries(tx, kListed)) {
    fmt::print("{} delivery to {} {} after {} attempts: {}\n", given_up.delivery.id.str(), given_up.delivery.inbox_url,
               format_iso8601(given_up.given_up_at), given_up.delivery.attempts, given_up.last_error);
  }
  return {};
}

Result<void> retry(db::Tx& tx, const std::string& which) {
  if (which == "all") {
    const auto jobs_back = jobs::requeue_all(tx);
    const auto deliveries_back = jobs::requeue_deliveries(tx, std::nullopt);
    fmt::print("{} jobs and {} deliveries wait again\n", jobs_back, deliveries_back);
    return {};
  }
  const auto id = JobId::parse(which);
  if (id ? !jobs::requeue(tx, *id) : jobs::requeue_deliveries(tx, which) == 0) {
    return fail(Errc::not_found, fmt::format("\"{}\" is no given-up job, nor a host with given-up deliveries", which));
  }
  fmt::print("{} waits again\n", which);
  return {};
}

}  // namespace

void add_job(CLI::App& app, Invocation& invocation) {
  auto* job = app.add_subcommand("job", "The queue of jobs and deliveries");
  job->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Result<void> (*action)(db::Tx&)) {
    invocation.when(*job->add_subcommand(name, help),
                    [action](Core& core) { return core.new_session()->read(action); });
  };
  add("status", "How much waits, and how much was given up", &print_counts);
  add("list", "The newest jobs and deliveries that were given up, with the reason", &print_given_up);
  add_verdicts(*job, invocation);
  auto which = std::make_shared<std::string>();
  auto* again = job->add_subcommand("retry", "Let given-up work run again");
  again->add_option("which", *which, "a job's id, a host, or all")->required();
  invocation.when(
      *again, [which](Core& core) { return core.new_session()->write([&](db::Tx& tx) { return retry(tx, *which); }); });
}

}  // namespace dunlin::daemon::commands
