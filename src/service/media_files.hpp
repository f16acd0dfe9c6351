#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/media/library.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/service/media.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Steps that uploads, pictures and files of other servers share.
namespace dunlin::service {

/// Between announcing a file and naming it, or marking and removing it, lie seconds: nothing younger than this is taken
/// for abandoned.
inline constexpr std::chrono::minutes kFileGrace{10};

/// The upload as a file in the work folder. Errors: unavailable.
Result<std::filesystem::path> take_file(const media::WorkFolder& folder, const UploadedFile& file,
                                        std::string_view name);
/// Its type by content. Errors: invalid.
Result<media::FileType> type_of(const std::filesystem::path& file);

struct StoredKeys {
  std::optional<std::string> file;
  std::optional<std::string> preview;
  std::optional<std::string> still;
  std::int64_t bytes = 0;  // all together

  /// Each once.
  [[nodiscard]] std::vector<std::string> all() const;
};
/// Puts what was made into the store: first announced, then written, all of it or nothing. Errors: unavailable.
Result<StoredKeys> store_made(db::Session& session, const media::Library& library, const media::Made& made);
/// All its files together. Errors: internal (one is no plain file), unavailable.
Result<std::int64_t> size_of(const media::Made& made);
/// One file under a key with this extension. Errors: unavailable.
Result<std::string> store_file(db::Session& session, const media::Library& library, const std::filesystem::path& file,
                               std::string_view extension);

/// What was stored and will not be named goes at once, unless others have the same content.
void abandon(db::Session& session, const media::Library& library, std::span<const std::string> keys);
/// Removes from the store what has been marked as being dropped. What is still there afterwards may be stored again at
/// once; if nobody knows whether it is, after kFileGrace. Errors: unavailable (some are left).
Result<void> drop_files(db::Session& session, const media::Library& library, std::span<const std::string> keys);

/// In the transaction that names them: they are still there. Errors: unavailable.
Result<void> settle(db::Tx& tx, std::span<const std::string> keys);

/// What was found out and made, into the row.
void take_over(model::MediaAttachment& media, const media::Made& made, StoredKeys keys);
/// Only the preview.
void take_over_preview(model::MediaAttachment& media, const media::Made& made, StoredKeys keys);

/// "16 MB", for texts.
std::string size_text(std::size_t bytes);

}  // namespace dunlin::service
