#pragma once

#include "support/fediverse.hpp"

#include "dunlin/store/notifications.hpp"

#include <string>
#include <vector>

namespace dunlin::activitypub {

/// anna, who follows mara; eve is on mara's server, the stranger is nobody's.
struct InboxPosts : test::Fediverse {
  InboxPosts() { world.follow(anna, mara); }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  model::Account eve = world.remote_account("eve", "masto.example");
  model::Account stranger = world.remote_account("sam", "far.example");

  test::Json create(const model::Account& author, const std::string& name,
                    const test::Json& more = test::Json::object()) {
    auto note = test::note_document(author, name, more);
    return {{"type", "Create"}, {"to", note["to"]}, {"cc", note["cc"]}, {"object", note}};
  }
  std::string uri(const std::string& name) { return mara.uri + "/notes/" + name; }
  /// Also what waits for a decision, as a stranger's private message does.
  std::vector<model::Notification> told(const model::Account& account) {
    return world.read(
        [&](db::Tx& tx) { return store::list_notifications(tx, account.id, {.include_filtered = true}, {}); });
  }
  test::Json mention(const model::Account& account) { return {{"type", "Mention"}, {"href", account.uri}}; }
};

}  // namespace dunlin::activitypub
