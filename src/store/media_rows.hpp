#pragma once

#include "dunlin/db/row.hpp"
#include "dunlin/model/media.hpp"

/// The columns of an attachment in the order of read_media.
#define DUNLIN_MEDIA_COLUMNS                                                                                     \
  "id, account_id, status_id, position, scheduled_id, type, state, description, focus_x, focus_y, blurhash, "    \
  "content_type, width, height, preview_width, preview_height, duration, frame_rate, bitrate, audio, file_key, " \
  "preview_key, bytes, remote_url, failure, failures, retry_at, last_viewed_at, unattached_at, created_at, updated_at"

namespace dunlin::store {

model::MediaAttachment read_media(const db::Row& row);

}  // namespace dunlin::store
