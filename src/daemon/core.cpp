#include "core.hpp"

#include "dunlin/db/migrate.hpp"
#include "dunlin/service/actor_keys.hpp"

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

std::unique_ptr<media::Storage> make_storage(const config::Config& config, const Clock& clock,
                                             StoreTransport* transport) {
  const auto& storage = config.storage;
  if (transport == nullptr) return std::make_unique<media::LocalStorage>(config.server.data_dir / "media" / "files");
  return std::make_unique<media::S3Storage>(media::S3Options{.endpoint = storage.s3_endpoint,
                                                             .region = storage.s3_region,
                                                             .bucket = storage.s3_bucket,
                                                             .access_key = storage.s3_access_key,
                                                             .secret_key = storage.s3_secret_key,
                                                             .path_style = storage.s3_path_style,
                                                             .redirect = storage.s3_delivery == "redirect"},
                                            clock, *transport);
}

db::ConnectionOptions telling(db::ConnectionOptions connection, db::ChangeListener* changes) {
  connection.changes = changes;
  return connection;
}

}  // namespace

Result<std::unique_ptr<Core>> Core::open(const config::Config& config, std::optional<std::uint8_t> id_node) {
  TRY_VOID(make_data_dir(config.server.data_dir));
  std::unique_ptr<db::ManagedPostgres> postgres;
  if (config.database.url.empty()) {
    postgres = TRY(db::ManagedPostgres::start({.data_dir = config.server.data_dir}));
  }
  const db::ConnectionOptions connection{.url = postgres ? postgres->url() : config.database.url,
                                         .statement_timeout = config.database.statement_timeout};
  std::optional<jobs::NodeNumber> node;
  static const SystemClock kClock;  // outlives the session
  if (!id_node) node = TRY(jobs::NodeNumber::claim(db::make_session(connection, kClock)));
  const std::uint8_t number = node ? node->value() : *id_node;
  return std::unique_ptr<Core>(new Core(config, std::move(postgres), connection, std::move(node), number));
}

void Core::Changes::changed(db::Tx& tx, const std::vector<db::Change>& changes) {
  service::events::RowsChanged event;
  event.changes.reserve(changes.size());
  for (const auto& change : changes) event.changes.push_back(change.str());
  events_.tell(tx, std::move(event));
}

Core::Core(const config::Config& config, std::unique_ptr<db::ManagedPostgres> postgres,
           const db::ConnectionOptions& connection, std::optional<jobs::NodeNumber> node, std::uint8_t id_node)
    : config_(config),
      postgres_(std::move(postgres)),
      changes_(events_),
      connection_(telling(connection, &changes_)),
      node_(std::move(node)),
      ids_(clock_, id_node),
      keys_(config_.limits.memory_bytes / kKeyShare / kKeyBytes, service::key_box(config_)),
      queue_(&wake_up_),
      deliveries_(&wake_up_, [this](std::string_view host) { return federation_.policies().may_federate(host); }),
      federation_(clock_, ids_, config_, events_, keys_, queue_, deliveries_),
      env_{clock_, ids_, config_, federation_, queue_, events_},
      services_(env_),
      push_(env_, queue_),
      store_transport_(config_.storage.type == "s3"
                           ? std::make_unique<StoreTransport>(config_.storage.s3_endpoint.starts_with("http:"))
                           : nullptr),
      media_(config_, media::default_worker_program(), make_storage(config_, clock_, store_transport_.get())) {
  events_.accompany([this](db::Tx& tx, const service::Event& event) {
    if (const auto* told = std::get_if<service::events::NotificationCreated>(&event)) push_.notified(tx, *told);
  });
  services_.media.use(media_);
  services_.pictures.use(media_);
  services_.remote_media.use(
      media_,
      [this](std::string_view host) {
        const auto& policies = federation_.policies();
        const auto policy = policies.find(host);
        // Without federation nothing is fetched; what is here is shown.
        const bool may_come = config_.federation.mode == "off" ? policy.severity != model::DomainSeverity::suspend
                                                               : policies.may_federate(host);
        return may_come && !policy.reject_media;
      },
      id_node);
}

Result<void> Core::prepare() {
  // What a migration rewrites is not told row by row.
  const auto migrated = TRY(db::migrate(telling(connection_, nullptr)));
  const auto session = new_session();
  return session->write([&](db::Tx& tx) -> Result<void> {
    if (!migrated.empty()) changes_.changed(tx, {db::Change{}});
    services_.accounts.ensure_instance_actor(tx);
    federation_.policies().reload(tx);
    return {};
  });
}

}  // namespace dunlin::daemon
