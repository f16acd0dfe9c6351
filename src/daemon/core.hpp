#pragma once

#include "wake_up.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/db/managed_postgres.hpp"
#include "dunlin/db/pool.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/services.hpp"

#include <memory>
#include <string>

namespace dunlin::daemon {

/// Everything below the network: what the server and every command share. Declared in the order of construction.
class Core {
 public:
  /// Starts or finds the database. Errors: one clear line.
  static Result<std::unique_ptr<Core>> open(const config::Config& config, std::uint8_t id_node);

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
  [[nodiscard]] service::Environment& env() { return env_; }
  [[nodiscard]] service::Services& services() { return services_; }

 private:
  Core(const config::Config& config, std::unique_ptr<db::ManagedPostgres> postgres, std::uint8_t id_node);

  const config::Config config_;
  const std::unique_ptr<db::ManagedPostgres> postgres_;  // null when database.url names a server
  const db::ConnectionOptions connection_;
  const SystemClock clock_;
  IdGenerator ids_;
  crypto::KeyCache keys_;
  PumpWakeUp wake_up_;
  const jobs::Queue queue_;
  const jobs::Deliveries deliveries_;
  activitypub::FederationService federation_;
  service::Environment env_;
  service::Services services_;
};

}  // namespace dunlin::daemon
