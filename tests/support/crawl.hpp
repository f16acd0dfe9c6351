#pragma once

#include "support/api_client.hpp"
#include "support/fake_remote.hpp"

#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/preview_cards.hpp"

#include <chrono>
#include <cstddef>
#include <stdexcept>

namespace dunlin::test {

/// Looks at the pages that wait for it, on a network of the test's making. Returns how many there were.
inline std::size_t crawl(Api& api, FakeRemote& remote) {
  api.world.clock.advance(std::chrono::minutes(1));
  const auto claimed =
      api.world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::crawl, 100, std::chrono::seconds(30)); });
  for (const jobs::Job& job : claimed) {
    const auto done = remote.run_with([&](service::RemoteDocuments& documents) {
      return api.world.session().write([&](db::Tx& tx) -> Result<void> {
        TRY_VOID(service::run_fetch_card(api.environment(), tx, api.services().remote_media, documents, job.payload));
        jobs::finish(tx, job);
        return {};
      });
    });
    if (!done) throw std::runtime_error(done.error().message);
  }
  return claimed.size();
}

/// A web page with nothing but this in its head.
inline std::string page_with(const std::string& head) {
  return "<!DOCTYPE html><html lang=\"en\"><head>" + head + "</head><body><p>Text</p></body></html>";
}

}  // namespace dunlin::test
