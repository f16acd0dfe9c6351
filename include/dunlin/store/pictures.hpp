#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/picture.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dunlin::store {

/// What is shown for an account or an emoji, and the copy of it that is here.
struct PictureState {
  std::string url;  // what the account or emoji names now; "" = none. A local one's is a key.
  bool local = false;
  std::string domain;     // of a remote one; "" of a card, whose picture may lie anywhere
  std::string owner_uri;  // of an account
  std::optional<model::Picture> picture;

  /// The copy is of what is named now.
  [[nodiscard]] bool is_here() const { return picture && picture->file_key && (local || picture->remote_url == url); }
};
/// One statement. nullopt: no such account, emoji or card, or a suspended one.
std::optional<PictureState> find_picture(db::Tx& tx, model::PictureKind kind, std::int64_t owner);
/// The same, and the row is locked, when there is one, until the transaction ends.
std::optional<PictureState> lock_picture(db::Tx& tx, model::PictureKind kind, std::int64_t owner);
/// Replaces what was there for this kind and owner.
void save_picture(db::Tx& tx, const model::Picture& picture);
void delete_picture(db::Tx& tx, model::PictureKind kind, std::int64_t owner);
void touch_picture(db::Tx& tx, model::PictureId id);

}  // namespace dunlin::store
