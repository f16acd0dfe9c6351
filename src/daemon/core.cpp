#include "core.hpp"

#include "dunlin/db/migrate.hpp"
#include "dunlin/service/federation_policy.hpp"

#include <filesystem>
#include <utility>

namespace dunlin::daemon {

namespace {

// A parsed key takes 2 to 4 KB; a thirty-second of the budget is 4,096 keys in the default 512 MiB.
constexpr std::size_t kKeyBytes = 4096;
constexpr std::size_t kKeyShare = 32;

Result<void> make_data_dir(const std::filesystem::path& dir) {
  std::error_code ec;
  std::filesystem::create_directories(dir, ec);
  if (ec) return fail(Errc::internal, "server.data_dir " + dir.string() + " cannot be made: " + ec.message());
  return {};
}

}  // namespace

Result<std::unique_ptr<Core>> Core::open(const config::Config& config, std::uint8_t id_node) {
  TRY_VOID(make_data_dir(config.server.data_dir));
  std::unique_ptr<db::ManagedPostgres> postgres;
  if (config.database.url.empty()) {
    postgres = TRY(db::ManagedPostgres::start({.data_dir = config.server.data_dir}));
  }
  return std::unique_ptr<Core>(new Core(config, std::move(postgres), id_node));
}

Core::Core(const config::Config& config, std::unique_ptr<db::ManagedPostgres> postgres, std::uint8_t id_node)
    : config_(config),
      postgres_(std::move(postgres)),
      connection_{.url = postgres_ ? postgres_->url() : config_.database.url,
                  .statement_timeout = config_.database.statement_timeout},
      ids_(clock_, id_node),
      keys_(config_.limits.memory_bytes / kKeyShare / kKeyBytes),
      queue_(&wake_up_),
      deliveries_(&wake_up_, [this](std::string_view host) { return service::may_federate(config_, host); }),
      federation_(clock_, ids_, config_, keys_, queue_, deliveries_),
      env_{clock_, ids_, config_, federation_},
      services_(env_) {}

Result<void> Core::prepare() {
  TRY(db::migrate(connection_));
  const auto session = new_session();
  return session->write([&](db::Tx& tx) -> Result<void> {
    services_.accounts.ensure_instance_actor(tx);
    return {};
  });
}

}  // namespace dunlin::daemon
