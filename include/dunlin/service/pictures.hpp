#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/media/library.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/picture.hpp"
#include "dunlin/service/media.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::service {

/// A picture for an account or emoji, stored and not yet named by anybody.
struct PreparedPicture {
  std::string file_key;
  std::optional<std::string> still_key;
  std::int64_t bytes = 0;

  [[nodiscard]] std::vector<std::string> keys() const;
};

/// In the size of its kind: avatars 400 x 400, headers 1500 x 500, emojis at most 128 x 128. Errors: invalid,
/// unavailable.
Result<media::Made> make_picture(const media::Library& library, const media::WorkFolder& folder,
                                 const std::filesystem::path& file, model::PictureKind kind);

/// The uploads among the pictures: avatars and headers of local accounts, custom emojis of this instance.
class PictureService {
 public:
  explicit PictureService(Environment& env) : env_(env) {}
  void use(const media::Library& library) { library_ = &library; }

  /// Takes a file, which takes a moment: no transaction may be open. Errors: invalid, with Mastodon's texts;
  /// unavailable.
  Result<PreparedPicture> prepare(db::Session& session, const UploadedFile& file, model::PictureKind kind);
  /// In the transaction that stores the account: names it there. nullopt: back to the default picture.
  /// Errors: unavailable (it has waited too long).
  Result<void> set(db::Tx& tx, model::Account& account, model::PictureKind kind,
                   const std::optional<PreparedPicture>& picture);

 private:
  Environment& env_;
  const media::Library* library_ = nullptr;
};

}  // namespace dunlin::service
