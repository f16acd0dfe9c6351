#include "parse/fields.hpp"
#include "parse/readers.hpp"
#include "parse/username.hpp"

#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/sanitize.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace dunlin::activitypub {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxUsernameBytes = 2048;
constexpr std::size_t kMaxNameBytes = 2048;
constexpr std::size_t kMaxSummaryBytes = 64UL * 1024UL;
constexpr std::size_t kMaxFields = 50;
constexpr std::size_t kMaxFieldBytes = 2047;
constexpr std::size_t kMaxKeys = 10;
constexpr std::size_t kMaxAliases = 256;
constexpr std::size_t kMaxAttributionDomains = 256;

std::string plain_line(std::string_view html) {
  return html::clean_line(html::to_plain_text(html));
}

std::optional<model::ActorType> actor_type(const json& object) {
  using model::ActorType;
  for (const std::string& type : fields::types(object)) {
    if (type == "Person") return ActorType::person;
    if (type == "Service") return ActorType::service;
    if (type == "Application") return ActorType::application;
    if (type == "Group") return ActorType::group;
    if (type == "Organization") return ActorType::organization;
  }
  return std::nullopt;
}

std::string image_url(const json& object, const char* name) {
  for (const json* image : fields::items(object, name, 8)) {
    if (image->is_string()) return fields::checked_id(image->get_ref<const std::string&>());
    if (!image->is_object()) continue;
    if (auto url = fields::page_url(*image, "url"); !url.empty()) return url;
    if (auto url = fields::page_url(*image, "href"); !url.empty()) return url;
  }
  return {};
}

/// A collection is believed only on the origin of the actor: a foreign one could collect what is not public.
std::string own_url(const json& object, const char* name, const std::string& actor) {
  auto url = fields::id(object, name);
  return same_origin(url, actor) ? url : std::string();
}

std::vector<model::ProfileField> profile_fields(const json& object) {
  std::vector<model::ProfileField> result;
  for (const json* attachment : fields::items(object, "attachment", 200)) {
    if (!attachment->is_object() || result.size() >= kMaxFields) continue;
    const auto types = fields::types(*attachment);
    const std::string type = types.empty() ? "" : types.front();
    model::ProfileField field{.name = plain_line(fields::text(*attachment, "name", kMaxFieldBytes)),
                              .value = {},
                              .source = {},
                              .verified_at = std::nullopt};
    if (type == "PropertyValue" || type == "schema:PropertyValue" || type == "http://schema.org#PropertyValue") {
      field.value = fields::text(*attachment, "value", kMaxFieldBytes);
      if (field.value.empty()) field.value = fields::text(*attachment, "schema:value", kMaxFieldBytes);
      if (field.value.empty()) field.value = fields::text(*attachment, "http://schema.org#value", kMaxFieldBytes);
    } else if (type == "Link") {  // FEP-fb2a
      const auto href = text::escape_html(fields::id(*attachment, "href"));
      if (!href.empty()) field.value = "<a href=\"" + href + "\">" + href + "</a>";
    } else if (type == "Note") {  // FEP-fb2a
      field.value = fields::text(*attachment, "content", kMaxFieldBytes);
    }
    field.value = html::sanitize_note_html(field.value);
    if (!field.name.empty() && !field.value.empty()) result.push_back(std::move(field));
  }
  return result;
}

/// Sites that may name the actor as their author.
std::vector<std::string> attribution_domains(const json& object) {
  std::vector<std::string> result;
  for (const json* value : fields::items(object, "attributionDomains", kMaxAttributionDomains)) {
    if (!value->is_string()) continue;
    const auto domain = normalise_domain(value->get_ref<const std::string&>());
    if (domain && std::ranges::find(result, *domain) == result.end()) result.push_back(*domain);
  }
  return result;
}

std::vector<PublicKey> keys(const json& object, const std::string& actor) {
  std::vector<PublicKey> result;
  for (const char* property : {"publicKey", "assertionMethod"}) {
    for (const json* value : fields::items(object, property, kMaxKeys)) {
      if (result.size() >= kMaxKeys) break;
      std::optional<PublicKey> key;
      if (value->is_object()) key = read_key(*value);
      // A bare id: the key is a document of its own, the actor vouches for it all the same.
      if (value->is_string()) {
        key = PublicKey{.id = fields::id_of(*value), .owner = actor, .pem = {}, .algorithm = model::KeyAlgorithm::rsa};
      }
      if (!key || key->id.empty()) continue;
      if (key->owner.empty()) key->owner = actor;
      key->asserts = property == std::string_view("assertionMethod");
      result.push_back(std::move(*key));
    }
  }
  return result;
}

/// FEP-844e: the software lists what it knows, on the application itself or as the `generator` of its actors.
bool implements_rfc9421(const json& object) {
  const json* generator = fields::find(object, "generator");
  const json& application = generator != nullptr && generator->is_object() ? *generator : object;
  for (const json* value : fields::items(application, "implements", 64)) {
    if (fields::id_of(*value) == kRfc9421) return true;
  }
  return false;
}

}  // namespace

std::optional<Actor> read_actor(const json& object) {
  const auto type = actor_type(object);
  if (!type) return std::nullopt;
  Actor actor;
  actor.id = fields::id(object, "id");
  actor.type = *type;
  actor.preferred_username = fields::text(object, "preferredUsername", kMaxUsernameBytes + 1);
  if (actor.id.empty() || actor.preferred_username.empty() || actor.preferred_username.size() > kMaxUsernameBytes) {
    return std::nullopt;
  }
  actor.preferred_username = to_username(actor.preferred_username);
  actor.webfinger = fields::text(object, "webfinger", kMaxUsernameBytes);
  if (actor.webfinger.starts_with("acct:")) actor.webfinger.erase(0, 5);
  actor.name = plain_line(fields::text(object, "name", kMaxNameBytes));
  actor.summary = html::sanitize_note_html(fields::text(object, "summary", kMaxSummaryBytes));
  actor.url = fields::page_url(object, "url");
  actor.inbox = own_url(object, "inbox", actor.id);
  if (const json* endpoints = fields::find(object, "endpoints"); endpoints != nullptr && endpoints->is_object()) {
    actor.shared_inbox = own_url(*endpoints, "sharedInbox", actor.id);
  }
  actor.outbox = own_url(object, "outbox", actor.id);
  actor.followers = own_url(object, "followers", actor.id);
  actor.following = own_url(object, "following", actor.id);
  actor.featured = own_url(object, "featured", actor.id);
  actor.keys = keys(object, actor.id);
  actor.manually_approves_followers = fields::flag(object, "manuallyApprovesFollowers");
  actor.discoverable = fields::flag(object, "discoverable");
  actor.indexable = fields::flag(object, "indexable");
  actor.memorial = fields::flag(object, "memorial");
  actor.icon_url = image_url(object, "icon");
  actor.image_url = image_url(object, "image");
  actor.fields = profile_fields(object);
  actor.also_known_as = fields::ids(object, "alsoKnownAs", kMaxAliases);
  actor.attribution_domains = attribution_domains(object);
  actor.moved_to = fields::id(object, "movedTo");
  actor.featured_tags = own_url(object, "featuredTags", actor.id);
  actor.reads_rfc9421 = implements_rfc9421(object);
  actor.suspended = fields::flag(object, "suspended");
  actor.emojis = read_emojis(object);
  actor.published = fields::time(object, "published");
  actor.updated = fields::time(object, "updated");
  return actor;
}

}  // namespace dunlin::activitypub
