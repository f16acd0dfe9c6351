#include "render/context.hpp"
#include "render/parts.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/service/uris.hpp"

#include <string>

namespace dunlin::activitypub {

namespace {

std::string_view type_name(model::ActorType type) {
  switch (type) {
    case model::ActorType::person:
      return "Person";
    case model::ActorType::service:
      return "Service";
    case model::ActorType::application:
      return "Application";
    case model::ActorType::group:
      return "Group";
    case model::ActorType::organization:
      return "Organization";
  }
  return "Person";
}

/// Peers want a type with every picture; ours are named by it.
std::string_view picture_type(std::string_view url) {
  if (url.ends_with(".webp")) return "image/webp";
  if (url.ends_with(".jpg") || url.ends_with(".jpeg")) return "image/jpeg";
  if (url.ends_with(".gif")) return "image/gif";
  return "image/png";
}

void write_picture(json::Writer& writer, std::string_view name, const std::string& url) {
  if (url.empty()) return;
  writer.key(name).begin_object();
  writer.field("type", "Image").field("mediaType", picture_type(url)).field("url", url).end_object();
}

void write_keys(json::Writer& writer, const model::Account& account, std::span<const model::AccountKey> keys) {
  for (const model::AccountKey& key : keys) {
    if (key.algorithm != model::KeyAlgorithm::rsa) continue;
    writer.key("publicKey").begin_object();
    writer.field("id", key.key_id).field("owner", account.uri).field("publicKeyPem", key.public_pem).end_object();
    return;  // one object, not an array: more than one peer reads nothing else
  }
}

void write_profile(json::Writer& writer, const model::Account& account) {
  writer.field("name", account.display_name.empty() ? account.username : account.display_name);
  writer.field("summary", account.note);
  write_picture(writer, "icon", account.avatar_url);
  write_picture(writer, "image", account.header_url);
  writer.key("attachment").begin_array();
  for (const model::ProfileField& field : account.fields) {
    writer.begin_object()
        .field("type", "PropertyValue")
        .field("name", field.name)
        .field("value", field.value)
        .end_object();
  }
  writer.end_array();
}

}  // namespace

std::string render_actor(const config::Config& config, const model::Account& account,
                         std::span<const model::AccountKey> keys, Context context) {
  const bool is_instance = account.id == model::kInstanceActorId;
  json::Writer writer;
  writer.begin_object();
  if (context == Context::with) writer.key("@context").raw(kFullContext);
  writer.field("id", account.uri).field("type", type_name(account.actor_type));
  writer.field("preferredUsername", account.username);
  writer.field("webfinger", account.username + "@" + config.server.domain);
  writer.field("url", account.url);
  writer.field("inbox", account.uri + "/inbox").field("outbox", account.uri + "/outbox");
  if (!is_instance) {
    writer.field("followers", followers_uri(account)).field("following", account.uri + "/following");
  }
  writer.key("endpoints").begin_object().field("sharedInbox", service::uris::shared_inbox(config)).end_object();
  write_keys(writer, account, keys);
  writer.field("manuallyApprovesFollowers", account.locked || is_instance);
  writer.field("discoverable", account.discoverable).field("indexable", account.indexable);
  writer.field("memorial", account.memorial);
  writer.field("published", format_date(account.created_at) + "T00:00:00Z");
  writer.field("updated", render_time(account.updated_at));
  if (account.suspended_at) {
    writer.field("name", account.username).field("summary", "").field("suspended", true);
  } else {
    write_profile(writer, account);
  }
  writer.key("tag").begin_array().end_array();
  write_ids(writer, "alsoKnownAs", account.also_known_as);
  writer.end_object();
  return writer.take();
}

}  // namespace dunlin::activitypub
