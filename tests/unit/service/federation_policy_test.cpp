#include "dunlin/service/federation_policy.hpp"

#include <catch2/catch.hpp>

using dunlin::config::Config;
using dunlin::service::may_federate;

TEST_CASE("the mode decides with whom we speak", "[service][federation]") {
  Config config;
  CHECK(may_federate(config, "peer.example"));
  config.federation.mode = "off";
  config.federation.allowlist = {"peer.example"};
  CHECK_FALSE(may_federate(config, "peer.example"));
  config.federation.mode = "allowlist";
  CHECK(may_federate(config, "Peer.Example"));
  CHECK_FALSE(may_federate(config, "sub.peer.example"));
  CHECK_FALSE(may_federate(config, "peer.example:8443"));
  CHECK_FALSE(may_federate(config, "other.example"));
}
