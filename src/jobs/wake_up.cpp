#include "dunlin/jobs/wake_up.hpp"

#include "dunlin/db/statement.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace dunlin::jobs {

namespace {

// The channel of store/events.hpp: one connection hears all.
const db::Statement kNotify{"wake_up.notify", "SELECT pg_notify('dunlin', $1)::text"};

constexpr std::string_view kJobs = "jobs ";
constexpr std::string_view kDeliveries = "deliveries";

}  // namespace

bool WakeUp::heard(std::string_view text) {
  if (text == kDeliveries) {
    deliveries_ready();
    return true;
  }
  if (!text.starts_with(kJobs)) return false;
  const auto lane = std::ranges::find(kLanes, text.substr(kJobs.size()), [](Lane one) { return to_string(one); });
  if (lane != std::end(kLanes)) jobs_ready(*lane);
  return true;
}

void wake_for_jobs(db::Tx& tx, WakeUp& wake_up, Lane lane) {
  if (wake_up.has_others()) tx.exec(kNotify, {std::string(kJobs) + std::string(to_string(lane))});
  tx.after_commit([&wake_up, lane] { wake_up.jobs_ready(lane); });
}

void wake_for_deliveries(db::Tx& tx, WakeUp& wake_up) {
  if (wake_up.has_others()) tx.exec(kNotify, {kDeliveries});
  tx.after_commit([&wake_up] { wake_up.deliveries_ready(); });
}

}  // namespace dunlin::jobs
