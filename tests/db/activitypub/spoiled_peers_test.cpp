#include "peer_fixture.hpp"
#include "support/spoiled.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>

/// Whatever is wrong with what others send, it is judged: nothing throws, and no job of ours fails over it.
namespace dunlin::activitypub {

namespace {

/// The judgement of an activity, without its effects.
Result<Outcome> tried(Peer& peer, const model::Account& signer, const Json& activity) {
  const store::InboundActivity row{.id = peer.world.ids.next<ActivityId>(),
                                   .uri = std::nullopt,
                                   .signer_id = signer.id,
                                   .host = signer.domain.value_or(""),
                                   .type = "Create",
                                   .body = activity.dump()};
  return peer.remote.run_with([&](service::RemoteDocuments& documents) {
    std::optional<Result<Outcome>> outcome;
    const auto undone = peer.world.session().write([&](db::Tx& tx) -> Result<void> {
      store::insert_inbound_activity(tx, row);
      outcome = process_activity(peer.env, peer.services, tx, documents, row);
      return fail(Errc::invalid, "undo it");
    });
    CHECK_FALSE(undone);
    return *std::move(outcome);
  });
}

}  // namespace

TEST_CASE("8.105: what is spoiled is refused or ignored, never an error of ours", "[activitypub][peers][fuzz]") {
  constexpr std::size_t kStride = 13;  // all of them would take minutes
  static_assert(std::gcd(kStride, test::kSpoilings) == 1, "else the same kinds are met again and again");
  std::size_t at = 0;
  std::array<std::size_t, test::kSpoilings> read{};
  for (const auto& file : peer_fixtures()) {
    Peer peer(file);
    const auto sender = peer.sender();
    for (const Json& step : peer.fixture["activities"]) {
      if (step.contains("gone") || step.contains("now")) continue;
      const auto signer = step.contains("signer") ? peer.actor(step["signer"]) : sender;
      const Json activity = peer.proven(step.contains("signer") ? step["activity"] : step);
      for (const auto& [kind, changed] : test::spoiled(activity)) {
        if (++at % kStride != 0) continue;
        INFO(file.stem().string() << ": " << changed.dump());
        std::optional<Result<Outcome>> outcome;
        REQUIRE_NOTHROW(outcome = tried(peer, signer, changed));
        CHECK(outcome->has_value());
        ++read.at(kind);
      }
      peer.take(sender, step);
    }
  }
  for (const std::size_t of_kind : read) CHECK(of_kind > 100);
}

}  // namespace dunlin::activitypub
