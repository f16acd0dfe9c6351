#include "dunlin/service/pictures.hpp"

#include "media_files.hpp"

#include "dunlin/store/pictures.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dunlin::service {

using model::PictureKind;

namespace {

constexpr std::size_t kMaxBytes = 8UL << 20U;
constexpr std::size_t kMaxEmojiBytes = 256UL << 10U;
constexpr int kAvatarSide = 400;
constexpr int kHeaderWidth = 1500;
constexpr int kHeaderHeight = 500;
constexpr int kEmojiSide = 128;

std::string_view label(PictureKind kind) {
  switch (kind) {
    case PictureKind::avatar:
      return "Avatar";
    case PictureKind::header:
      return "Header";
    case PictureKind::emoji:
    case PictureKind::card:
      break;
  }
  return "Image";
}

}  // namespace

Result<media::Made> make_picture(const media::Library& library, const media::WorkFolder& folder,
                                 const std::filesystem::path& file, PictureKind kind) {
  const auto type = TRY(type_of(file));
  if (type.kind != model::MediaType::image)
    return fail(Errc::invalid, "File type of uploaded media could not be verified");
  switch (kind) {
    case PictureKind::avatar:
      return library.processor().cropped(folder.path(), file, kAvatarSide, kAvatarSide);
    case PictureKind::header:
      return library.processor().cropped(folder.path(), file, kHeaderWidth, kHeaderHeight);
    case PictureKind::card: {
      auto made = TRY(library.processor().preview(folder.path(), file));
      made.file = std::exchange(made.preview, {});
      return made;
    }
    case PictureKind::emoji:
      break;
  }
  return library.processor().fitting(folder.path(), file, kEmojiSide);
}

Result<PreparedPicture> PictureService::prepare(db::Session& session, const UploadedFile& upload, PictureKind kind) {
  if (library_ == nullptr) return fail(Errc::unavailable, "", "this process handles no media");
  const auto limit = kind == PictureKind::emoji ? kMaxEmojiBytes : kMaxBytes;
  const auto name = label(kind);
  if (upload.size == 0) return fail(Errc::invalid, fmt::format("Validation failed: {} can't be blank", name));
  if (upload.size > limit) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: {} file size must be less than {}", name, size_text(limit)));
  }
  const auto folder = TRY(library_->new_folder());
  const auto file = TRY(take_file(folder, upload, "input"));
  auto made = make_picture(*library_, folder, file, kind);
  if (!made) {
    auto error = made.error();
    if (error.code == Errc::invalid) {
      error.message = fmt::format("Validation failed: {} has contents that are not what they are reported to be", name);
    }
    return std::unexpected(std::move(error));
  }
  auto keys = TRY(store_made(session, *library_, *made));
  return PreparedPicture{.file_key = *std::move(keys.file), .still_key = std::move(keys.still), .bytes = keys.bytes};
}

std::vector<std::string> PreparedPicture::keys() const {
  std::vector<std::string> keys{file_key};
  if (still_key && *still_key != file_key) keys.push_back(*still_key);
  return keys;
}

Result<void> PictureService::set(db::Tx& tx, model::Account& account, PictureKind kind,
                                 const std::optional<PreparedPicture>& picture) {
  auto& shown = kind == PictureKind::header ? account.header_url : account.avatar_url;
  shown = picture ? picture->file_key : std::string();
  if (!picture) {
    store::delete_picture(tx, kind, account.id.value);
    return {};
  }
  TRY_VOID(settle(tx, picture->keys()));
  store::save_picture(tx, {.id = env_.ids.next<model::PictureId>(),
                           .kind = kind,
                           .owner = account.id.value,
                           .remote_url = std::nullopt,
                           .file_key = picture->file_key,
                           .still_key = picture->still_key,
                           .bytes = picture->bytes,
                           .retry_at = std::nullopt,
                           .last_viewed_at = tx.now()});
  return {};
}

}  // namespace dunlin::service
