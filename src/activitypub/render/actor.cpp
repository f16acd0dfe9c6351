#include "render/context.hpp"
#include "render/parts.hpp"

#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"

#include <algorithm>
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
  // One object, not an array: more than one peer reads nothing else.
  const auto main = std::ranges::find(keys, model::KeyAlgorithm::rsa, &model::AccountKey::algorithm);
  if (main != keys.end()) {
    writer.key("publicKey").begin_object();
    writer.field("id", main->key_id).field("owner", account.uri).field("publicKeyPem", main->public_pem).end_object();
  }
  // Those for proofs (FEP-521a, FEP-8b32), and those that come next or were the main one until a while ago.
  writer.key("assertionMethod").begin_array();
  for (auto at = keys.begin(); at != keys.end(); ++at) {
    if (at == main) continue;
    const model::AccountKey& key = *at;
    const auto parsed = crypto::PublicKey::from_pem(key.public_pem);
    if (!parsed) continue;
    writer.begin_object().field("id", key.key_id).field("type", "Multikey").field("controller", account.uri);
    writer.field("publicKeyMultibase", parsed->to_multibase()).end_object();
  }
  writer.end_array();
}

void write_profile(json::Writer& writer, const config::Config& config, const model::Account& account) {
  writer.field("name", account.display_name.empty() ? account.username : account.display_name);
  writer.field("summary", account.note);
  namespace urls = service::media_urls;
  if (!account.avatar_url.empty()) write_picture(writer, "icon", urls::avatar(config, account));
  if (!account.header_url.empty()) write_picture(writer, "image", urls::header(config, account));
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

/// FEP-844e: so that others may sign by the newer scheme at their first word.
void write_abilities(json::Writer& writer) {
  writer.key("implements").begin_array().begin_object();
  writer.field("href", kRfc9421).field("name", "RFC-9421: HTTP Message Signatures").end_object().end_array();
}

/// What both forms begin with.
void write_head(json::Writer& writer, const config::Config& config, const model::Account& account,
                std::span<const model::AccountKey> keys) {
  const bool is_instance = account.id == model::kInstanceActorId;
  writer.field("id", account.uri).field("type", type_name(account.actor_type));
  writer.field("preferredUsername", account.username);
  writer.field("url", account.url);
  writer.field("inbox", account.uri + "/inbox").field("outbox", account.uri + "/outbox");
  writer.key("endpoints").begin_object().field("sharedInbox", service::uris::shared_inbox(config)).end_object();
  write_keys(writer, account, keys);
  writer.field("manuallyApprovesFollowers", account.locked || is_instance);
  if (!is_instance) writer.key("generator").begin_object().field("type", "Application");
  if (!is_instance) writer.field("id", service::uris::instance_actor(config));
  write_abilities(writer);
  if (!is_instance) writer.end_object();
}

}  // namespace

std::string render_actor_stub(const config::Config& config, const model::Account& account,
                              std::span<const model::AccountKey> keys) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kFullContext);
  write_head(writer, config, account, keys);
  writer.end_object();
  return writer.take();
}

std::string render_actor(const config::Config& config, const model::Account& account,
                         std::span<const model::AccountKey> keys, Context context, std::string_view moved_to,
                         std::span<const store::CustomEmoji> emojis) {
  const bool is_instance = account.id == model::kInstanceActorId;
  json::Writer writer;
  writer.begin_object();
  if (context == Context::with) writer.key("@context").raw(kFullContext);
  write_head(writer, config, account, keys);
  writer.field("webfinger", account.username + "@" + config.server.domain);
  if (!is_instance) {
    writer.field("followers", followers_uri(account)).field("following", account.uri + "/following");
    writer.field("featured", account.uri + "/collections/featured");
    writer.field("featuredTags", account.uri + "/collections/tags");
  }
  writer.field("discoverable", account.discoverable).field("indexable", account.indexable);
  writer.field("memorial", account.memorial);
  writer.field("published", format_date(account.created_at) + "T00:00:00Z");
  writer.field("updated", render_time(account.updated_at));
  if (account.suspended_at) {
    writer.field("name", account.username).field("summary", "").field("suspended", true);
  } else {
    write_profile(writer, config, account);
  }
  writer.key("tag").begin_array();
  for (const store::CustomEmoji& emoji : emojis) write_emoji_tag(writer, config, emoji);
  writer.end_array();
  write_ids(writer, "attributionDomains",
            account.suspended_at ? std::vector<std::string>() : account.attribution_domains);
  write_ids(writer, "alsoKnownAs", account.also_known_as);
  if (!moved_to.empty()) writer.field("movedTo", moved_to);
  writer.end_object();
  return writer.take();
}

}  // namespace dunlin::activitypub
