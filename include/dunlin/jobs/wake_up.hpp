#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"

#include <string_view>

namespace dunlin::jobs {

/// Told after a commit that there is new work, so that nobody has to poll for it. Called on the thread that committed,
/// and for the work of other processes on the one that hears them; must not block or throw.
class WakeUp {
 public:
  virtual ~WakeUp() = default;
  virtual void jobs_ready(Lane lane) = 0;
  virtual void deliveries_ready() = 0;
  /// There are other processes to be told: they are by NOTIFY, with the commit.
  [[nodiscard]] virtual bool has_others() const { return false; }
  /// What one of them has notified. false: it is not about work.
  bool heard(std::string_view text);
};

/// Both after the commit of `tx`, here and in other processes.
void wake_for_jobs(db::Tx& tx, WakeUp& wake_up, Lane lane);
void wake_for_deliveries(db::Tx& tx, WakeUp& wake_up);

}  // namespace dunlin::jobs
