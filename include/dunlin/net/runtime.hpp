#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/jobs/wake_up.hpp"
#include "dunlin/net/application.hpp"
#include "dunlin/net/client.hpp"
#include "dunlin/net/delivery_pump.hpp"
#include "dunlin/net/io_thread.hpp"
#include "dunlin/net/job_pump.hpp"
#include "dunlin/net/remote_fetcher.hpp"
#include "dunlin/net/server.hpp"
#include "dunlin/net/signature_scheme.hpp"
#include "dunlin/net/workers.hpp"

#include <chrono>
#include <memory>

namespace dunlin::net {

struct RuntimeOptions {
  ServerOptions server;
  WorkersOptions workers;
  ClientOptions client;
  FetcherOptions fetcher;
  DeliveryPumpOptions deliveries;
  JobPumpOptions jobs;
  std::chrono::milliseconds shutdown_grace{20'000};
};

/// What the edge serves and drains; all of it outlives the runtime.
struct RuntimeParts {
  Application& application;
  SessionFactory make_session;
  SignFunction sign;                    // may be empty
  DeliveryQueue* deliveries = nullptr;  // null: no deliveries in this process
  JobQueue* jobs = nullptr;
  const Clock& clock;
};

/// The whole edge in one object: threads, pools, client, pumps, server, and the order in which they start and stop.
class Runtime {
 public:
  /// Throws when client.ca_file cannot be read.
  Runtime(RuntimeOptions options, RuntimeParts parts);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Errors: as Server::start(); nothing runs then.
  Result<void> start();
  /// Stop accepting; drain up to shutdown_grace; end what is left; join. Idempotent.
  void stop();

  Workers& workers() { return *workers_; }
  Client& client() { return *client_; }
  RemoteFetcher& fetcher() { return *fetcher_; }
  Server& server() { return *server_; }
  /// For jobs::Queue and jobs::Deliveries: wakes the pumps.
  jobs::WakeUp& wake_up();

 private:
  class PumpWakeUp;

  const RuntimeOptions options_;
  // In the order of construction; destroyed in reverse.
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<IoThread> outgoing_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<RemoteFetcher> fetcher_;
  std::unique_ptr<DeliveryPump> deliveries_;
  std::unique_ptr<JobPump> jobs_;
  std::unique_ptr<PumpWakeUp> wake_up_;
  std::unique_ptr<Server> server_;
  bool stopped_ = false;
};

}  // namespace dunlin::net
