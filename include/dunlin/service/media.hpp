#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::media {
class Library;
}

namespace dunlin::service {

// client-api.md 1.3 and 3.5.
inline constexpr std::size_t kMaxMediaOfStatus = 4;
inline constexpr std::size_t kMaxMediaDescription = 1500;
/// What every server may send along with a status (federation.md 3.11).
inline constexpr std::size_t kMaxRemoteMedia = 64;

/// A change of an upload by its owner; absent members stay as they are.
struct MediaChange {
  std::optional<std::string> description;
  std::optional<model::FocalPoint> focus;
};

/// The same for a file that a status shows already: `media_attributes` of an edit.
struct MediaAttributes {
  MediaId id;
  MediaChange change;
};

/// A file that a remote status names.
struct RemoteMedia {
  std::string url;
  model::MediaType type = model::MediaType::unknown;
  std::string content_type;
  std::string description;
  model::FocalPoint focus;
  std::string blurhash;
  int width = 0;
  int height = 0;
  double duration = 0;  // seconds
};

/// A file as a client sent it: bytes, or a part of a file.
struct UploadedFile {
  std::string_view bytes{};
  std::filesystem::path spool{};  // empty: `bytes` is all
  std::size_t offset = 0;
  std::size_t size = 0;
};

struct Upload {
  UploadedFile file;
  std::optional<UploadedFile> thumbnail;
  std::string description;
  model::FocalPoint focus;
};

/// Turns an upload into what the web plays. Payload: its id.
inline constexpr jobs::Kind kConvertMedia{"convert_media", jobs::Lane::transcode};

class MediaService {
 public:
  explicit MediaService(Environment& env) : env_(env) {}

  /// Without it nothing can be uploaded or fetched (the command line, most tests). Outlives the service.
  void use(const media::Library& library) { library_ = &library; }

  /// Errors: unavailable.
  [[nodiscard]] Result<const media::Library*> library() const;

  /// Takes a file, which may take seconds: no transaction may be open. Pictures are ready at once; what moves or sounds
  /// is converted by a job, unless `wait`. Errors: invalid with Mastodon's texts, unavailable.
  Result<model::MediaAttachment> upload(db::Session& session, AccountId owner, const Upload& upload, bool wait);
  /// update() with a picture in place of the preview, of an upload that moves or sounds. As slow as upload().
  Result<model::MediaAttachment> update_with_thumbnail(db::Session& session, AccountId owner, MediaId id,
                                                       const MediaChange& change, const UploadedFile& thumbnail);
  /// kConvertMedia. Errors: unavailable, internal: try again; whatever is the file's fault stands in its row.
  Result<void> convert(db::Session& session, MediaId id);
  /// It will not be tried again: its owner is told by the row.
  void give_up(db::Session& session, MediaId id);

  /// "x,y", clamped to -1..1; nullopt for anything else.
  static std::optional<model::FocalPoint> parse_focus(std::string_view text);
  /// Errors: invalid.
  static Result<void> check_description(std::string_view description);

  /// An upload of `owner` that no status has, nor holds for later. Errors: not_found.
  Result<model::MediaAttachment> get_own(db::Tx& tx, AccountId owner, MediaId id);
  /// Errors: not_found, invalid.
  Result<model::MediaAttachment> update(db::Tx& tx, AccountId owner, MediaId id, const MediaChange& change);
  /// Errors: not_found; invalid when a status uses it.
  Result<void> remove(db::Tx& tx, AccountId owner, MediaId id);

  /// The files that a status of `owner` may show, in this order; locked until the transaction ends. `editing`: they may
  /// also belong to this status already. `scheduled`: or be held for this one. Errors: invalid, with Mastodon's texts.
  Result<std::vector<model::MediaAttachment>> get_attachable(db::Tx& tx, AccountId owner, std::span<const MediaId> ids,
                                                             std::optional<StatusId> editing = std::nullopt,
                                                             std::optional<std::int64_t> scheduled = std::nullopt);
  /// Applies `media_attributes` to files of `status`; others are ignored. true: something is different now.
  Result<bool> apply(db::Tx& tx, StatusId status, std::span<const MediaAttributes> attributes);
  /// The files of a remote status, which is stored already. What it has named before keeps what is known of it.
  void receive(db::Tx& tx, const model::Status& status, std::span<const RemoteMedia> named);

 private:
  struct Prepared;
  /// Stores it and names it in a new row; `stored`: what lies in the store then, also when it fails.
  Result<model::MediaAttachment> keep(db::Session& session, Prepared& prepared, model::MediaAttachment media,
                                      std::vector<std::string>& stored);

  Environment& env_;
  const media::Library* library_ = nullptr;
};

}  // namespace dunlin::service
