#include "../application.hpp"
#include "commands.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/version.hpp"

#include <fmt/core.h>
#include <malloc.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace dunlin::daemon::commands {

namespace {

log::Level to_level(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  if (name == "error") return log::Level::error;
  if (name == "off") return log::Level::off;
  return log::Level::info;
}

/// Before any thread is made: all of them inherit the mask, and one sigwait() takes the signals.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A shell starts background jobs with SIGINT ignored, and what is ignored never arrives.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int wait_for_signal(const sigset_t& signals) {
  int received = 0;
  sigwait(&signals, &received);
  return received;
}

/// As many open files as we may have: each connection is one.
void raise_file_limit(int max_connections) {
  constexpr rlim_t kOthers = 500;  // files, the database, other servers
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
  if (limit.rlim_cur >= static_cast<rlim_t>(max_connections) + kOthers) return;
  log::warn("fewer files may be open than server.max_connections asks for",
            {log::kv("files", limit.rlim_cur), log::kv("max_connections", max_connections)});
}

/// What is large goes back to the system when it is freed. Left alone, the C library keeps for good what the first
/// sign-in took to check a password: 19 MB.
void return_large_blocks() {
  constexpr int kLarge = 256 << 10;
  mallopt(M_MMAP_THRESHOLD, kLarge);
}

Result<void> serve(const Invocation& invocation) {
  const auto config = TRY(invocation.load_config());
  log::configure(to_level(config.log.level), config.log.target);
  const sigset_t signals = block_stop_signals();
  raise_file_limit(config.server.max_connections);
  return_large_blocks();
  log::info("starting", {log::kv("version", kVersion), log::kv("domain", config.server.domain)});
  if (config.federation.allow_http) log::warn("federation.allow_http is set: only for tests on one machine");
  const auto core = TRY(Core::open(config, std::nullopt));
  TRY_VOID(core->prepare());
  const auto application = TRY(Application::create(*core));
  TRY_VOID(application->start());
  log::info("serving", {log::kv("address", application->address()), log::kv("url", config.origin())});
  const int received = wait_for_signal(signals);
  log::info("signal", {log::kv("number", received)});
  application->stop();
  return {};
}

}  // namespace

void add_serve(CLI::App& app, Invocation& invocation) {
  app.add_subcommand("serve", "Run the server")->callback([&invocation] {
    invocation.run = [&invocation] { return serve(invocation); };
  });
}

}  // namespace dunlin::daemon::commands
