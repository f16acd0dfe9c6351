#pragma once

#include "support/fake_remote.hpp"
#include "support/recorded_events.hpp"
#include "support/world.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/service/services.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/statuses.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::test {

using Json = nlohmann::json;

inline constexpr const char* kAsNamespace = "https://www.w3.org/ns/activitystreams";
inline constexpr const char* kAsPublic = "https://www.w3.org/ns/activitystreams#Public";

/// One key for all: making one takes a while.
inline const crypto::PrivateKey& test_key() {
  static const auto key = crypto::PrivateKey::generate_rsa();
  return key;
}
inline const crypto::PrivateKey& other_test_key() {
  static const auto key = crypto::PrivateKey::generate_rsa();
  return key;
}

/// An actor as its server shows it; its id is https://<host>/users/<name>.
inline Json actor_document(const std::string& host, const std::string& name,
                           const crypto::PrivateKey& key = test_key()) {
  const std::string id = "https://" + host + "/users/" + name;
  return {{"@context", Json::array({kAsNamespace, "https://w3id.org/security/v1"})},
          {"id", id},
          {"type", "Person"},
          {"preferredUsername", name},
          {"inbox", id + "/inbox"},
          {"outbox", id + "/outbox"},
          {"followers", id + "/followers"},
          {"following", id + "/following"},
          {"publicKey", {{"id", id + "#main-key"}, {"owner", id}, {"publicKeyPem", key.public_key().to_pem()}}}};
}

inline Json note_document(const model::Account& author, const std::string& name, const Json& more = Json::object()) {
  Json note = {{"@context", kAsNamespace},
               {"id", author.uri + "/notes/" + name},
               {"type", "Note"},
               {"attributedTo", author.uri},
               {"content", "<p>hello from afar</p>"},
               {"published", "2026-02-28T10:00:00Z"},
               {"to", Json::array({kAsPublic})},
               {"cc", Json::array({author.uri + "/followers"})}};
  note.update(more);
  return note;
}

/// Our server's federation over a World, with other servers that a test makes up.
class Fediverse {
 public:
  static config::Config default_config() {
    config::Config config;
    config.server.domain = "example.org";
    config.server.public_url = "https://example.org";
    return config;
  }

  World world;
  config::Config config = default_config();
  crypto::KeyCache keys;
  RecordedEvents events;
  jobs::Queue queue{nullptr};
  jobs::Deliveries deliveries{nullptr};
  activitypub::FederationService federation{world.clock, world.ids, config, events, keys, queue, deliveries};
  service::Environment env{world.clock, world.ids, config, federation, queue, events};
  service::Services services{env};
  FakeRemote remote;

  /// Everything that can be had of an actor: document and WebFinger.
  void publish_actor(const std::string& host, const std::string& name, const crypto::PrivateKey& key = test_key()) {
    remote.serve("https://" + host + "/users/" + name, actor_document(host, name, key));
    remote.webfinger(name + "@" + host, "https://" + host + "/users/" + name);
  }

  /// Runs `body(resolver)` with the network at hand, in one transaction that commits on success.
  template <class F>
  auto resolve(F body) {
    return remote.run_with([&](service::RemoteDocuments& documents) {
      return world.session().write([&](db::Tx& tx) {
        activitypub::Resolver resolver(env, services.statuses, tx, documents);
        return body(resolver);
      });
    });
  }

  /// An activity that `signer` has sent, through the whole judgement. `@context` and id are added when absent.
  activitypub::Outcome receive(const model::Account& signer, Json activity) {
    const auto outcome = try_receive(signer, std::move(activity));
    if (!outcome) throw std::runtime_error(outcome.error().detail);
    return *outcome;
  }
  Result<activitypub::Outcome> try_receive(const model::Account& signer, Json activity) {
    return judge(put(signer, std::move(activity)));
  }
  /// The two halves of it: the second may be tried again.
  store::InboundActivity put(const model::Account& signer, Json activity) {
    world.clock.advance(std::chrono::seconds(1));
    if (!activity.contains("actor")) activity["actor"] = signer.uri;
    if (!activity.contains("id")) activity["id"] = signer.uri + "/activities/" + std::to_string(++activities_);
    const store::InboundActivity row{.id = world.ids.next<ActivityId>(),
                                     .uri = std::nullopt,
                                     .signer_id = signer.id,
                                     .host = signer.domain.value_or(""),
                                     .type = activity.at("type"),
                                     .body = activity.dump()};
    world.write([&](db::Tx& tx) { store::insert_inbound_activity(tx, row); });
    return row;
  }
  Result<activitypub::Outcome> judge(const store::InboundActivity& row) {
    return remote.run_with([&](service::RemoteDocuments& documents) {
      return world.session().write(
          [&](db::Tx& tx) { return activitypub::process_activity(env, services, tx, documents, row); });
    });
  }

  std::optional<model::Status> find_status(const std::string& uri) {
    return world.read([&](db::Tx& tx) { return store::find_status_by_uri(tx, uri); });
  }
  std::optional<model::Account> find_account(const std::string& uri) {
    return world.read([&](db::Tx& tx) { return store::find_account_by_uri(tx, uri); });
  }

  struct Sent {
    std::string inbox;
    Json activity;
    jobs::Priority priority;
    bool essential;
  };
  /// What waits to be delivered, by host and in order.
  std::vector<Sent> outgoing() {
    return world.write([&](db::Tx& tx) {
      std::vector<Sent> sent;
      for (const auto& host : jobs::claim_hosts(tx, "test", 1000)) {
        const auto lane = jobs::load_lane(tx, host.host, 1000);
        std::vector<std::int64_t> ids;
        for (const auto& delivery : lane) ids.push_back(delivery.activity_id);
        const auto bodies = jobs::load_bodies(tx, ids);
        for (std::size_t i = 0; i < lane.size(); ++i) {
          sent.push_back({lane[i].inbox_url, Json::parse(bodies[i]), lane[i].priority, lane[i].essential});
        }
        jobs::release_host(tx, "test", host.host);
      }
      return sent;
    });
  }
  /// Does what waits in the queue. Returns how many jobs there were.
  std::size_t run_jobs() {
    world.clock.advance(std::chrono::seconds(10));
    const auto claimed =
        world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::deliver, 1000, std::chrono::seconds(30)); });
    for (const jobs::Job& job : claimed) {
      const auto done = world.session().write([&](db::Tx& tx) -> Result<void> {
        TRY_VOID(activitypub::run_distribute(env, tx, job.payload));
        jobs::finish(tx, job);
        return {};
      });
      if (!done) throw std::runtime_error(done.error().message);
    }
    return claimed.size();
  }

 private:
  int activities_ = 0;
};

}  // namespace dunlin::test
