#include "lanes.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::daemon;

TEST_CASE("files that pass through from the store wait for nobody else's threads", "[daemon]") {
  config::Config config;
  config.storage.type = GENERATE("local", "s3");
  config.storage.s3_delivery = GENERATE("redirect", "proxy");
  const bool pass = config.storage.type == "s3" && config.storage.s3_delivery == "proxy";
  http::Request request;
  request.path = "/media/files/a/b.png";
  CHECK(lane_of_read(config, request) == (pass ? net::Lane::passing : net::Lane::read));
  request.path = "/api/v1/timelines/home";
  CHECK(lane_of_read(config, request) == net::Lane::read);
  auto options = workers_options(config);
  CHECK(options[net::Lane::passing].threads == (pass ? 8 : 0));
  CHECK(options[net::Lane::fetched].threads == 2);
}

TEST_CASE("a lane without threads takes nothing", "[daemon]") {
  net::Workers workers({}, [] { return nullptr; });
  CHECK_FALSE(workers.post(net::Lane::passing, [](net::Worker*) {}));
  workers.stop();
}
