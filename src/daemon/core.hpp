#pragma once

#include "object_transport.hpp"
#include "wake_up.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/db/change.hpp"
#include "dunlin/db/managed_postgres.hpp"
#include "dunlin/db/pool.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/jobs/presence.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/media/library.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/push.hpp"
#include "dunlin/service/services.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::daemon {

/// Everything below the network: what the server and every command share. Declared in the order of construction.
class Core {
 public:
  /// Starts or finds the database. `id_node` nullopt: the first number that no other process has. Errors: one clear
  /// line.
  static Result<std::unique_ptr<Core>> open(const config::Config& config, std::optional<std::uint8_t> id_node);

  /// Applies missing migrations and makes what a new instance needs. Errors: one clear line.
  Result<void> prepare();

  [[nodiscard]] const config::Config& config() const { return config_; }
  [[nodiscard]] const db::ConnectionOptions& connection() const { return connection_; }
  [[nodiscard]] std::unique_ptr<db::Session> new_session() const { return db::make_session(connection_, clock_); }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] IdGenerator& ids() { return ids_; }
  [[nodiscard]] const jobs::Queue& queue() const { return queue_; }
  /// The pumps, once there are some, are told here of new work.
  [[nodiscard]] PumpWakeUp& wake_up() { return wake_up_; }
  [[nodiscard]] crypto::KeyCache& keys() { return keys_; }
  [[nodiscard]] service::PushService& push() { return push_; }
  [[nodiscard]] service::EventStream& events() { return events_; }
  /// Whether other processes on this database are told of events and work.
  void set_heard_by_others(bool heard) {
    events_.set_heard_by_others(heard);
    wake_up_.set_heard_by_others(heard);
  }
  /// Called when something may have been committed of which no event tells. Set before the first write.
  void on_lost_events(std::function<void()> lost) { changes_.lost = std::move(lost); }
  [[nodiscard]] service::Environment& env() { return env_; }
  [[nodiscard]] service::Services& services() { return services_; }
  [[nodiscard]] activitypub::FederationService& federation() { return federation_; }
  [[nodiscard]] const activitypub::FederationService& federation() const { return federation_; }
  [[nodiscard]] const media::Library& media() const { return media_; }

 private:
  /// Tells what sessions changed as an event: to the caches here and to other processes.
  class Changes final : public db::ChangeListener {
   public:
    explicit Changes(service::EventStream& events) : events_(events) {}
    void changed(db::Tx& tx, const std::vector<db::Change>& changes) override;
    void in_doubt() override {
      if (lost) lost();
    }
    std::function<void()> lost;

   private:
    service::EventStream& events_;
  };

  Core(const config::Config& config, std::unique_ptr<db::ManagedPostgres> postgres,
       const db::ConnectionOptions& connection, std::optional<jobs::NodeNumber> node, std::uint8_t id_node);

  const config::Config config_;
  const std::unique_ptr<db::ManagedPostgres> postgres_;  // null when database.url names a server
  service::EventStream events_;
  Changes changes_;
  const db::ConnectionOptions connection_;
  const SystemClock clock_;
  const std::optional<jobs::NodeNumber> node_;  // ours while we live
  IdGenerator ids_;
  crypto::KeyCache keys_;
  PumpWakeUp wake_up_;
  const jobs::Queue queue_;
  const jobs::Deliveries deliveries_;
  activitypub::FederationService federation_;
  service::Environment env_;
  service::Services services_;
  service::PushService push_;
  const std::unique_ptr<StoreTransport> store_transport_;  // null: files are kept on this machine
  const media::Library media_;
};

}  // namespace dunlin::daemon
