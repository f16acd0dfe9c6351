#include "dunlin/service/translation.hpp"

#include "handlers.hpp"

#include "dunlin/json/writer.hpp"

namespace dunlin::api {

namespace {

std::string wanted_language(const Call& call) {
  auto language = call.params().text("lang").value_or("");
  return language.empty() ? call.user().locale : language;
}

}  // namespace

Result<http::Response> translate_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto translation = TRY(service::translate_status(call.env(), call.session(), call.documents(),
                                                         *call.viewer_id(), id, wanted_language(call)));
  json::Writer out;
  out.begin_object();
  out.field("content", translation.content);
  out.field("spoiler_text", translation.spoiler_text);
  out.field("language", translation.language);
  out.field("detected_source_language", translation.detected_source_language);
  out.field("provider", translation.provider);
  if (translation.poll) {
    out.key("poll").begin_object();
    out.field("id", translation.poll->id);
    out.key("options").begin_array();
    for (const auto& option : translation.poll->options) out.begin_object().field("title", option).end_object();
    out.end_array().end_object();
  }
  out.key("media_attachments").begin_array();
  for (const auto& description : translation.descriptions) {
    out.begin_object().field("id", description.media_id).field("description", description.text).end_object();
  }
  out.end_array();
  out.end_object();
  return call.json(out.take());
}

Result<http::Response> translation_languages(Call& call) {
  const auto languages = TRY(service::translation_languages(call.env(), call.session(), call.documents()));
  json::Writer out;
  out.begin_object();
  for (const auto& [source, targets] : languages) {
    out.key(source).begin_array();
    for (const auto& target : targets) out.value(target);
    out.end_array();
  }
  out.end_object();
  return Call::cacheable(call.json(out.take()), std::chrono::seconds(300));
}

}  // namespace dunlin::api
