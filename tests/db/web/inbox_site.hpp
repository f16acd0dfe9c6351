#pragma once

#include "activitypub_site.hpp"

#include <string>

namespace dunlin::test {

inline const std::string kMara = "https://masto.example/users/mara";

/// Mara can be had, and sends to Anna's server.
struct InboxSite : FederatedSite {
  InboxSite() { publish_actor("masto.example", "mara"); }
  model::Account anna = world.local_account("anna");
  Signing mara{.key_id = kMara + "#main-key"};

  Json follow(const std::string& name = "1") {
    return {{"@context", test::kAsNamespace},
            {"id", kMara + "#follows/" + name},
            {"type", "Follow"},
            {"actor", kMara},
            {"object", anna.uri}};
  }
  Json like(const std::string& name = "1") {
    return {{"@context", test::kAsNamespace},
            {"id", kMara + "#likes/" + name},
            {"type", "Like"},
            {"actor", kMara},
            {"object", anna.uri + "/statuses/1"}};
  }
  int post_status(const Json& activity, const Signing& signing) { return post("/inbox", activity, signing).status; }
};

}  // namespace dunlin::test
