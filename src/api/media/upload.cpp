#include "handlers.hpp"
#include "uploads.hpp"

#include "dunlin/api/entities/media.hpp"
#include "dunlin/json/writer.hpp"

#include <algorithm>
#include <string>

namespace dunlin::api {

namespace {

Result<model::MediaAttachment> take(Call& call, bool wait) {
  const auto& params = call.params();
  const auto file = uploaded_file(params, "file");
  if (!file) return fail(Errc::invalid, "Validation failed: File can't be blank");
  const service::Upload upload{
      .file = *file,
      .thumbnail = uploaded_file(params, "thumbnail"),
      .description = params.text("description").value_or(""),
      .focus = service::MediaService::parse_focus(params.text("focus").value_or("")).value_or(model::FocalPoint{})};
  return call.services().media.upload(call.session(), call.user().account_id, upload, wait);
}

http::Response show(const Call& call, const model::MediaAttachment& media) {
  json::Writer out;
  entities::render_media_attachment(out, call.config(), media);
  return call.json(out.take());
}

}  // namespace

std::optional<service::UploadedFile> uploaded_file(const http::Params& params, std::string_view name) {
  const auto found = std::ranges::find(params.files(), name, &http::FilePart::name);
  if (found == params.files().end()) return std::nullopt;
  service::UploadedFile file{.bytes = found->content, .offset = found->offset, .size = found->size};
  if (found->spool) file.spool = found->spool->path();
  return file;
}

Result<http::Response> upload_media(Call& call) {
  const auto media = TRY(take(call, false));
  auto response = show(call, media);
  if (media.state == model::MediaState::processing) response.status = 202;
  return response;
}

Result<http::Response> upload_media_and_wait(Call& call) {
  return show(call, TRY(take(call, true)));
}

}  // namespace dunlin::api
