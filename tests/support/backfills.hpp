#pragma once

#include "support/fediverse.hpp"

#include "dunlin/activitypub/backfill.hpp"

#include <chrono>
#include <stdexcept>

namespace dunlin::test {

/// Runs the jobs that complete threads and profiles, until there are none, or `most`. Returns how many.
inline int run_backfills(Fediverse& f, int most = 1'000'000) {
  for (int count = 0;; ++count) {
    if (count == most) return count;
    f.world.clock.advance(std::chrono::milliseconds(1));
    const auto claimed =
        f.world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::maintenance, 1, std::chrono::seconds(30)); });
    if (claimed.empty()) return count;
    const auto done = f.remote.run_with([&](service::RemoteDocuments& documents) {
      return f.world.session().write([&](db::Tx& tx) -> Result<void> {
        TRY_VOID(activitypub::run_backfill(f.env, f.services, tx, documents, claimed[0].payload));
        jobs::finish(tx, claimed[0]);
        return {};
      });
    });
    if (!done) throw std::runtime_error(done.error().message);
  }
}

}  // namespace dunlin::test
