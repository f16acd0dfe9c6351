#pragma once

#include "dunlin/activitypub/documents.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>
#include <vector>

namespace dunlin::activitypub {

/// An element of `attachment` is a file to be shown, not a link to something.
bool is_media(const nlohmann::json& attachment);
/// The files of a status (federation.md 5.2 "media"): `attachment`, the picture of an article, and what a Video, Audio
/// or Image is itself. At most 64.
std::vector<Attachment> read_attachments(const nlohmann::json& object);
/// The pictures in the text of an article, where its server attaches none itself: most attach those that stand there in
/// another size. `content`: HTML.
void add_inline_pictures(const nlohmann::json& object, std::string_view content, std::vector<Attachment>& into);

}  // namespace dunlin::activitypub
