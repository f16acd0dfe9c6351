#include "lanes.hpp"

namespace dunlin::daemon {

namespace {

// They wait for the store most of the time.
constexpr int kPassingThreads = 8;

bool files_pass_through(const config::Config& config) {
  return config.storage.type == "s3" && config.storage.s3_delivery == "proxy";
}

}  // namespace

net::WorkersOptions workers_options(const config::Config& config) {
  auto options = net::share_workers(config.server.workers);
  // Every file that is looked at passes there.
  if (files_pass_through(config)) options[net::Lane::passing] = {.threads = kPassingThreads, .queue = 512};
  return options;
}

net::Lane lane_of_read(const config::Config& config, const http::Request& request) {
  // A file that passes through from the store takes as long as the store does.
  const bool passes = files_pass_through(config) && request.path.starts_with("/media/");
  return passes ? net::Lane::passing : net::Lane::read;
}

}  // namespace dunlin::daemon
