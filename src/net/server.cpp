#include "dunlin/net/server.hpp"

#include "io_context.hpp"
#include "listening_socket.hpp"
#include "shard.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/random.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace dunlin::net {

/// A shard and its thread; the shard goes first, its sockets need the event loop.
struct ServerLoop {
  ServerLoop(ServerShared& shared, const std::string& name) : thread(name), shard(shared, thread.impl().context) {}
  IoThread thread;
  Shard shard;
};

struct Server::Impl {
  Impl(ServerOptions options, Application& application, Workers& workers, FetchFunction fetch)
      : shared{.options = std::move(options),
               .application = application,
               .workers = workers,
               .fetch = std::move(fetch),
               .trusted = {},
               .run_tag = static_cast<std::uint32_t>(random_below(1ULL << 32U))} {}

  ServerShared shared;
  ListeningSockets sockets;
  std::vector<std::unique_ptr<ServerLoop>> loops;
  bool accepting = false;
  bool stopped = false;
};

Server::Server(ServerOptions options, Application& application, Workers& workers, FetchFunction fetch)
    : impl_(std::make_unique<Impl>(std::move(options), application, workers, std::move(fetch))) {}

Server::~Server() {
  stop();
}

Result<void> Server::start() {
  const ServerOptions& options = impl_->shared.options;
  impl_->shared.trusted = TRY(CidrSet::parse(options.trusted_proxies));
  const int loops = std::max(options.io_threads, 1);
  impl_->sockets = TRY(open_listening_sockets(options.listen, loops));
  for (int i = 0; i < loops; ++i) {
    impl_->loops.push_back(std::make_unique<ServerLoop>(impl_->shared, "io-" + std::to_string(i)));
    ServerLoop& loop = *impl_->loops.back();
    const int descriptor = impl_->sockets.descriptors[static_cast<std::size_t>(i)];
    loop.thread.run([&] { loop.shard.start(descriptor, impl_->sockets.family); });
  }
  impl_->accepting = true;
  log::info("listening", {log::kv("address", impl_->sockets.address), log::kv("io_threads", loops)});
  return {};
}

std::string Server::address() const {
  return impl_->sockets.address;
}
std::uint16_t Server::port() const {
  return impl_->sockets.port;
}
int Server::connections() const {
  return impl_->shared.connections;
}

void Server::stop_accepting() {
  if (!std::exchange(impl_->accepting, false)) return;
  for (const auto& loop : impl_->loops) loop->thread.run([&] { loop->shard.stop_accepting(); });
  if (!impl_->sockets.unix_path.empty()) {
    std::error_code ignored;  // somebody else may have removed it
    std::filesystem::remove(impl_->sockets.unix_path, ignored);
  }
}

bool Server::drain(std::chrono::milliseconds grace) {
  const auto until = std::chrono::steady_clock::now() + grace;
  return std::ranges::all_of(impl_->loops, [&](const auto& loop) { return loop->shard.tasks().wait_until(until); });
}

void Server::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  stop_accepting();
  for (const auto& loop : impl_->loops) {
    loop->thread.run([&] { loop->shard.close_all(); });
    loop->shard.tasks().wait();
    loop->thread.stop();
  }
}

}  // namespace dunlin::net
