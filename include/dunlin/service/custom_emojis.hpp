#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/pictures.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

/// Letters, digits and underscores, 2 to 64 of them.
bool is_shortcode(std::string_view text);

struct NewEmoji {
  std::string shortcode;
  std::optional<std::string> category;
  bool visible_in_picker = true;
  bool replace = false;  // one of the same shortcode
};
/// Makes a custom emoji of this instance. No transaction may be open. Errors: invalid (shortcode, picture), conflict
/// (the shortcode is taken), unavailable.
Result<void> add_custom_emoji(db::Session& session, Environment& env, PictureService& pictures, const NewEmoji& emoji,
                              const UploadedFile& file);

}  // namespace dunlin::service
