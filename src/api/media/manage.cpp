#include "handlers.hpp"
#include "uploads.hpp"

#include "dunlin/api/entities/media.hpp"
#include "dunlin/json/writer.hpp"

#include <string>

namespace dunlin::api {

namespace {

std::string to_json(const Call& call, const model::MediaAttachment& media) {
  json::Writer out;
  entities::render_media_attachment(out, call.config(), media);
  return out.take();
}

}  // namespace

Result<http::Response> show_media(Call& call) {
  const auto id = TRY(call.path_id<MediaId>("id"));
  const auto media = TRY(call.services().media.get_own(call.tx(), call.user().account_id, id));
  if (media.state == model::MediaState::failed) return fail(Errc::invalid, media.failure);
  auto response = call.json(to_json(call, media));
  if (media.state == model::MediaState::processing) response.status = 206;
  return response;
}

Result<http::Response> update_media(Call& call) {
  const auto id = TRY(call.path_id<MediaId>("id"));
  const service::MediaChange change{
      .description = call.params().text("description"),
      .focus = service::MediaService::parse_focus(call.params().text("focus").value_or(""))};
  auto& media = call.services().media;
  const auto owner = call.user().account_id;
  if (const auto thumbnail = uploaded_file(call.params(), "thumbnail")) {
    return call.json(to_json(call, TRY(media.update_with_thumbnail(call.session(), owner, id, change, *thumbnail))));
  }
  return call.json(
      to_json(call, TRY(call.session().write([&](db::Tx& tx) { return media.update(tx, owner, id, change); }))));
}

Result<http::Response> delete_media(Call& call) {
  const auto id = TRY(call.path_id<MediaId>("id"));
  TRY_VOID(call.services().media.remove(call.tx(), call.user().account_id, id));
  return call.json("{}");
}

}  // namespace dunlin::api
