#include "dunlin/service/custom_emojis.hpp"

#include "media_files.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/pictures.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace dunlin::service {

bool is_shortcode(std::string_view text) {
  return text.size() >= 2 && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

Result<void> add_custom_emoji(db::Session& session, Environment& env, PictureService& pictures, const NewEmoji& emoji,
                              const UploadedFile& file) {
  if (!is_shortcode(emoji.shortcode)) {
    return fail(Errc::invalid,
                fmt::format("\"{}\" is no shortcode: 2 to 64 letters, digits and underscores", emoji.shortcode));
  }
  const auto picture = TRY(pictures.prepare(session, file, model::PictureKind::emoji));
  return session.write([&](db::Tx& tx) -> Result<void> {
    if (!emoji.replace && store::find_own_emoji(tx, emoji.shortcode)) {
      return fail(Errc::conflict, fmt::format(":{}: is there already", emoji.shortcode));
    }
    TRY_VOID(settle(tx, picture.keys()));
    const auto id = store::save_emoji(tx, {.id = env.ids.next<model::PictureId>().value,
                                           .shortcode = emoji.shortcode,
                                           .url = picture.file_key,
                                           .static_url = picture.still_key.value_or(picture.file_key),
                                           .category = emoji.category,
                                           .visible_in_picker = emoji.visible_in_picker});
    store::save_picture(tx, {.id = env.ids.next<model::PictureId>(),
                             .kind = model::PictureKind::emoji,
                             .owner = id,
                             .remote_url = std::nullopt,
                             .file_key = picture.file_key,
                             .still_key = picture.still_key,
                             .bytes = picture.bytes,
                             .retry_at = std::nullopt,
                             .last_viewed_at = tx.now()});
    env.events.tell(tx, events::EmojisChanged{});
    return {};
  });
}

}  // namespace dunlin::service
