#include "dunlin/json/parse.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/scheduled_statuses.hpp"

#include <nlohmann/json.hpp>

namespace dunlin::service {

namespace {

using Json = nlohmann::json;

void write_poll(json::Writer& out, const model::PollDraft& poll) {
  out.begin_object();
  out.key("options").begin_array();
  for (const auto& option : poll.options) out.value(option);
  out.end_array();
  out.field("expires_in", poll.expires_in_seconds);
  out.field("multiple", poll.multiple);
  out.field("hide_totals", poll.hide_totals);
  out.end_object();
}

model::PollDraft read_poll(const Json& json) {
  model::PollDraft poll;
  poll.options = json.at("options").get<std::vector<std::string>>();
  if (!json.at("expires_in").is_null()) poll.expires_in_seconds = json.at("expires_in").get<std::int64_t>();
  poll.multiple = json.at("multiple").get<bool>();
  poll.hide_totals = json.at("hide_totals").get<bool>();
  return poll;
}

template <class T>
std::optional<T> read_optional(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}

template <class I>
std::optional<I> read_id(const Json& json, const char* name) {
  const auto text = read_optional<std::string>(json, name);
  return text ? I::parse(*text) : std::nullopt;
}

StatusDraft from_json(const Json& json) {
  StatusDraft draft{.text = json.at("text").get<std::string>(),
                    .spoiler_text = json.at("spoiler_text").get<std::string>(),
                    .sensitive = read_optional<bool>(json, "sensitive"),
                    .visibility = std::nullopt,
                    .language = read_optional<std::string>(json, "language"),
                    .in_reply_to_id = read_id<StatusId>(json, "in_reply_to_id"),
                    .application_id = read_id<ApplicationId>(json, "application_id"),
                    .idempotency_key = read_optional<std::string>(json, "idempotency_key")};
  if (const auto visibility = read_optional<std::string>(json, "visibility")) {
    draft.visibility = model::parse_visibility(*visibility);
  }
  if (const auto poll = json.find("poll"); poll != json.end() && poll->is_object()) draft.poll = read_poll(*poll);
  draft.content_type =
      model::parse_content_type(json.at("content_type").get<std::string>()).value_or(model::ContentType::plain);
  for (const auto& media : json.at("media_ids")) {
    if (const auto id = MediaId::parse(media.get<std::string>())) draft.media_ids.push_back(*id);
  }
  draft.local_only = read_optional<bool>(json, "local_only");
  draft.expires_in_seconds = read_optional<std::int64_t>(json, "expires_in");
  draft.quoted_status_id = read_id<StatusId>(json, "quoted_status_id");
  if (const auto policy = read_optional<int>(json, "quote_policy")) {
    draft.quote_policy = model::QuotePolicy::unpack(*policy);
  }
  return draft;
}

}  // namespace

std::string write_draft(const StatusDraft& draft) {
  json::Writer out;
  out.begin_object();
  out.field("text", draft.text);
  out.field("spoiler_text", draft.spoiler_text);
  out.field("sensitive", draft.sensitive);
  out.key("visibility");
  draft.visibility ? out.value(model::to_string(*draft.visibility)) : out.value(nullptr);
  out.field("language", draft.language);
  out.field("in_reply_to_id", draft.in_reply_to_id);
  out.field("application_id", draft.application_id);
  out.field("idempotency_key", draft.idempotency_key);
  if (draft.poll) {
    out.key("poll");
    write_poll(out, *draft.poll);
  }
  out.key("media_ids").begin_array();
  for (const auto id : draft.media_ids) out.value(id);
  out.end_array();
  out.field("content_type", model::to_string(draft.content_type));
  out.field("local_only", draft.local_only);
  out.field("expires_in", draft.expires_in_seconds);
  out.field("quoted_status_id", draft.quoted_status_id);
  out.key("quote_policy");
  draft.quote_policy ? out.value(draft.quote_policy->packed()) : out.value(nullptr);
  out.end_object();
  return out.take();
}

std::optional<StatusDraft> read_draft(std::string_view text) {
  const auto json = json::parse(text);
  if (!json || !json->is_object()) return std::nullopt;
  try {
    return from_json(*json);
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace dunlin::service
