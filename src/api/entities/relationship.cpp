#include "dunlin/api/entities/relationship.hpp"

#include <string>

namespace dunlin::api::entities {

void render_relationship(json::Writer& out, const model::Relationship& relationship) {
  out.begin_object();
  out.field("id", relationship.account_id);
  out.field("following", relationship.following);
  out.field("showing_reblogs", relationship.showing_reblogs);
  out.field("notifying", relationship.notifying);
  out.key("languages");
  if (relationship.languages) {
    out.begin_array();
    for (const auto& language : *relationship.languages) out.value(language);
    out.end_array();
  } else {
    out.value(nullptr);
  }
  out.field("followed_by", relationship.followed_by);
  out.field("blocking", relationship.blocking);
  out.field("blocked_by", relationship.blocked_by);
  out.field("muting", relationship.muting);
  out.field("muting_notifications", relationship.muting_notifications);
  out.field("muting_expires_at", relationship.muting_expires_at);
  out.field("requested", relationship.requested);
  out.field("requested_by", relationship.requested_by);
  out.field("domain_blocking", relationship.domain_blocking);
  out.field("endorsed", relationship.endorsed);
  out.field("note", relationship.note);
  out.end_object();
}

void render_muted_account(json::Writer& out, std::string_view account, std::optional<Time> expires_at) {
  json::Writer end;
  end.begin_object().field("mute_expires_at", expires_at).end_object();
  std::string text(account.substr(0, account.size() - 1));
  text += ',';
  text += end.take().substr(1);
  out.raw(text);
}

void render_relationships(json::Writer& out, std::span<const model::Relationship> relationships) {
  out.begin_array();
  for (const auto& relationship : relationships) render_relationship(out, relationship);
  out.end_array();
}

}  // namespace dunlin::api::entities
