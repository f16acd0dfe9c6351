#pragma once

#include "dunlin/activitypub/documents.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace dunlin::activitypub {

/// An element of `attachment` is a file to be shown, not a link to something.
bool is_media(const nlohmann::json& attachment);
/// The files of a status (federation.md 5.2 "media"): `attachment`, the picture of an article, and what a Video, Audio
/// or Image is itself. At most 64.
std::vector<Attachment> read_attachments(const nlohmann::json& object);

}  // namespace dunlin::activitypub
