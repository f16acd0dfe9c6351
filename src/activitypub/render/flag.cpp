#include "render/context.hpp"
#include "render/parts.hpp"

#include "dunlin/service/uris.hpp"

#include <string>

namespace dunlin::activitypub {

std::string render_flag(const config::Config& config, const model::Report& report, std::string_view target,
                        std::span<const std::string> statuses) {
  const std::string actor = service::uris::instance_actor(config);
  json::Writer writer;
  writer.begin_object().key("@context").raw(kSmallContext);
  writer.field("id", actor + "#reports/" + report.id.str());
  // In the name of the instance: who reported stays here.
  writer.field("type", "Flag").field("actor", actor);
  write_recipients(writer, {.to = {std::string(target)}, .cc = {}});
  // Misskey reads the text only.
  std::string content = report.comment;
  for (const auto& status : statuses) content.append(content.empty() ? "" : "\n").append(status);
  writer.field("content", content);
  writer.key("object").begin_array().value(target);
  for (const auto& status : statuses) writer.value(status);
  writer.end_array().end_object();
  return writer.take();
}

}  // namespace dunlin::activitypub
