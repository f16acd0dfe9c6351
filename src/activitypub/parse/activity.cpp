#include "parse/envelope.hpp"
#include "parse/fields.hpp"
#include "parse/readers.hpp"

#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace dunlin::activitypub {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxRecipients = 2000;
constexpr std::size_t kMaxObjects = 100;
// Undo{Announce{Note}} is 2 deep; a Group's Announce{Undo{Like}} as well.
constexpr int kMaxActivityDepth = 3;
constexpr std::size_t kMaxTypeBytes = 64;
constexpr std::size_t kMaxActivityText = 20'000;
constexpr std::size_t kMaxKeyBytes = 16UL * 1024UL;

/// Types that are not among those we act on, but still are activities: their object must not be taken for a status.
constexpr std::string_view kOtherActivities[] = {"Arrive",
                                                 "Ignore",
                                                 "Invite",
                                                 "Join",
                                                 "Leave",
                                                 "Listen",
                                                 "Lock",
                                                 "Offer",
                                                 "Ping",
                                                 "Pong",
                                                 "Read",
                                                 "View",
                                                 "Travel",
                                                 "LikeRequest",
                                                 "ReplyRequest",
                                                 "AnnounceRequest",
                                                 "TentativeAccept",
                                                 "Bite",
                                                 "TentativeReject"};

Result<json> parse_object_text(std::string_view text) {
  auto parsed = TRY(dunlin::json::parse(text));
  if (!parsed.is_object()) return fail(Errc::bad_request, "The document is not a JSON object");
  return fields::normalise(std::move(parsed));
}

bool has_context(const json& object) {
  for (const json* value : fields::items(object, "@context", 64)) {
    if (!value->is_string()) continue;
    std::string_view url = value->get_ref<const std::string&>();
    if (url.ends_with('#')) url.remove_suffix(1);
    if (url == kNamespace || url == "http://www.w3.org/ns/activitystreams") return true;
  }
  return false;
}

bool is_activity(const json& object) {
  for (const std::string& type : fields::types(object)) {
    if (activity_type(type)) return true;
    for (const auto other : kOtherActivities) {
      if (type == other) return true;
    }
  }
  return false;
}

std::string first_type(const json& object) {
  const auto types = fields::types(object);
  for (const std::string& type : types) {
    if (activity_type(type)) return type;
  }
  return types.empty() ? std::string()
                       : std::string(text::truncate_utf8(text::to_valid_utf8(types.front()), kMaxTypeBytes));
}

/// As it stands, it is what first_type() makes of it.
bool is_simple_type(std::string_view type) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return type.size() <= kMaxTypeBytes && std::ranges::all_of(type, is_letter);
}

Result<Activity> parse_envelope_in_full(std::string_view text) {
  auto object = TRY(dunlin::json::parse(text));
  if (!object.is_object()) return fail(Errc::bad_request, "The document is not a JSON object");
  const bool is_plain = object.contains("id") && object.contains("type") && object.contains("actor");
  if (!is_plain) object = fields::normalise(std::move(object));
  Activity activity;
  activity.id = fields::id(object, "id");
  activity.type_name = first_type(object);
  activity.type = activity_type(activity.type_name).value_or(ActivityType::other);
  activity.actor = fields::id(object, "actor");
  for (const json* value : fields::items(object, "object", 1))
    activity.objects.emplace_back().id = fields::id_of(*value);
  if (activity.type_name.empty()) return fail(Errc::bad_request, "The activity has no type");
  if (activity.actor.empty()) return fail(Errc::bad_request, "The activity has no actor");
  return activity;
}

/// Why something is reported, as Mastodon says it, else as Lemmy and its kin do.
std::string reason_of(const json& flag) {
  auto reason = fields::text(flag, "content", kMaxActivityText);
  return text::trim(reason).empty() ? fields::text(flag, "summary", kMaxActivityText) : reason;
}

std::string plain_lines(std::string_view text) {
  std::string result;
  for (const std::string_view line : text::split(text, '\n')) {
    if (!result.empty()) result += '\n';
    result += line.find_first_of("<&") == std::string_view::npos ? std::string(line) : html::to_plain_text(line);
  }
  return result;
}

}  // namespace

std::optional<ActivityType> activity_type(std::string_view name) {
  constexpr std::pair<std::string_view, ActivityType> kTypes[] = {{"Accept", ActivityType::accept},
                                                                  {"Add", ActivityType::add},
                                                                  {"Announce", ActivityType::announce},
                                                                  {"Block", ActivityType::block},
                                                                  {"Create", ActivityType::create},
                                                                  {"Delete", ActivityType::delete_},
                                                                  {"Dislike", ActivityType::dislike},
                                                                  {"EmojiReact", ActivityType::emoji_react},
                                                                  {"Flag", ActivityType::flag},
                                                                  {"Follow", ActivityType::follow},
                                                                  {"Like", ActivityType::like},
                                                                  {"Move", ActivityType::move},
                                                                  {"QuoteRequest", ActivityType::quote_request},
                                                                  {"Reject", ActivityType::reject},
                                                                  {"Remove", ActivityType::remove},
                                                                  {"Undo", ActivityType::undo},
                                                                  {"Update", ActivityType::update}};
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return std::nullopt;
}

Audience read_audience(const json& object) {
  Audience audience;
  audience.to = fields::ids(object, "to", kMaxRecipients);
  audience.cc = fields::ids(object, "cc", kMaxRecipients - audience.to.size());
  for (auto& id : fields::ids(object, "audience", kMaxRecipients - audience.to.size() - audience.cc.size())) {
    if (!audience.includes(id)) audience.cc.push_back(std::move(id));
  }
  audience.direct_message = fields::flag(object, "directMessage");
  for (const auto* list : {&audience.to, &audience.cc}) {
    for (const std::string& id : *list) {
      if (id != kPublic && id.ends_with("/#Public")) audience.local_only = true;
    }
  }
  return audience;
}

std::optional<PublicKey> read_key(const json& object) {
  PublicKey key;
  key.id = fields::id(object, "id");
  key.owner = fields::id(object, "owner");
  if (key.owner.empty()) key.owner = fields::id(object, "controller");
  key.pem = fields::text(object, "publicKeyPem", kMaxKeyBytes);
  if (key.pem.empty()) {  // FEP-521a
    const auto multikey = crypto::PublicKey::from_multibase(fields::text(object, "publicKeyMultibase", kMaxKeyBytes));
    if (multikey) {
      key.pem = multikey->to_pem();
      if (multikey->type() == crypto::KeyType::ed25519) key.algorithm = model::KeyAlgorithm::ed25519;
    }
  }
  for (const char* end : {"expires", "revoked"}) {
    const auto at = fields::time(object, end);
    if (at && (!key.ends_at || *at < *key.ends_at)) key.ends_at = at;
  }
  if (key.id.empty() || key.pem.empty()) return std::nullopt;
  return key;
}

Activity read_activity(const json& object, int depth) {
  Activity activity;
  activity.id = fields::id(object, "id");
  activity.type_name = first_type(object);
  activity.type = activity_type(activity.type_name).value_or(ActivityType::other);
  activity.actor = fields::id(object, "actor");
  for (const json* value : fields::items(object, "object", kMaxObjects)) {
    if (auto inner = read_object(*value, depth + 1); !inner.id.empty() || !inner.is_bare()) {
      activity.objects.push_back(std::move(inner));
    }
  }
  activity.target = fields::id(object, "target");
  activity.result = fields::id(object, "result");
  // A report is plain text with lines of its own; what looks like HTML in one all the same loses its tags.
  activity.content = activity.type == ActivityType::flag
                         ? plain_lines(reason_of(object))
                         : html::to_plain_text(fields::text(object, "content", kMaxActivityText));
  if (activity.content.empty()) activity.content = fields::text(object, "_misskey_reaction", kMaxActivityText);
  activity.emojis = read_emojis(object);
  for (const json* value : fields::items(object, "instrument", 1)) {
    activity.instruments.push_back(read_object(*value, depth + 1));
  }
  activity.audience = read_audience(object);
  activity.published = fields::time(object, "published");
  activity.carries_proof = fields::find(object, "proof") != nullptr || fields::find(object, "signature") != nullptr;
  return activity;
}

Object read_object(const json& value, int depth) {
  Object result;
  result.id = fields::id_of(value);
  if (!value.is_object()) return result;
  const auto types = fields::types(value);
  if (types.empty() || types.front() == "Link" || types.front() == "Mention") {
    // {"id": ...} with a key in it and no type is how some servers show their keys.
    if (types.empty()) result.key = read_key(value);
    if (result.key) result.type = "Key";
    return result;
  }
  result.type = first_type(value);
  if (is_activity(value)) {
    if (depth <= kMaxActivityDepth) result.activity = read_activity(value, depth);
    return result;
  }
  result.actor = read_actor(value);
  if (result.actor || result.type == "Tombstone") return result;
  if (result.type.ends_with("Collection") || result.type.ends_with("CollectionPage")) {
    result.collection = read_collection(value);
    return result;
  }
  if (result.type == "QuoteAuthorization") {
    result.authorization = QuoteAuthorization{.attributed_to = fields::id(value, "attributedTo"),
                                              .interacting_object = fields::id(value, "interactingObject"),
                                              .interaction_target = fields::id(value, "interactionTarget")};
    return result;
  }
  if (result.type == "Hashtag") {
    result.name = fields::text(value, "name", kMaxTypeBytes * 8);
    return result;
  }
  result.key = read_key(value);
  if (!result.key) result.note = read_note(value);
  return result;
}

Result<Activity> parse_activity(std::string_view text) {
  const auto object = TRY(parse_object_text(text));
  auto activity = read_activity(object);
  if (activity.type_name.empty()) return fail(Errc::bad_request, "The activity has no type");
  if (activity.actor.empty()) return fail(Errc::bad_request, "The activity has no actor");
  return activity;
}

Result<Activity> parse_envelope(std::string_view text) {
  if (auto plain = read_plain_envelope(text); plain && is_simple_type(plain->type)) {
    Activity activity;
    activity.id = fields::checked_id(plain->id);
    activity.type = activity_type(plain->type).value_or(ActivityType::other);
    activity.type_name = std::move(plain->type);
    activity.actor = fields::checked_id(plain->actor);
    activity.objects.emplace_back().id = fields::checked_id(plain->object);
    if (!activity.actor.empty()) return activity;
  }
  return parse_envelope_in_full(text);
}

Result<Object> parse_document(std::string_view text) {
  const auto object = TRY(parse_object_text(text));
  if (!has_context(object)) return fail(Errc::bad_request, "The document is no ActivityStreams", "no such @context");
  auto result = read_object(object);
  if (result.id.empty()) return fail(Errc::bad_request, "The document has no id");
  return result;
}

}  // namespace dunlin::activitypub
