#pragma once

#include "support/world.hpp"

#include "dunlin/model/media.hpp"
#include "dunlin/store/media.hpp"

#include <string>

namespace dunlin::test {

/// An upload that is ready and that no status has; `change` gets the row before it is stored.
template <class F>
model::MediaAttachment upload(World& world, const model::Account& owner, F change) {
  world.clock.advance(std::chrono::seconds(1));
  model::MediaAttachment media;
  media.id = world.ids.next<MediaId>();
  media.account_id = owner.id;
  media.type = model::MediaType::image;
  media.state = model::MediaState::done;
  media.content_type = "image/png";
  media.width = 1200;
  media.height = 800;
  media.preview_width = 600;
  media.preview_height = 400;
  media.file_key = "k" + media.id.str() + ".png";
  media.preview_key = "k" + media.id.str() + ".jpg";
  media.bytes = 1000;
  media.last_viewed_at = media.created_at = media.updated_at = world.clock.now();
  media.unattached_at = world.clock.now();
  change(media);
  world.write([&](db::Tx& tx) { store::insert_media(tx, media); });
  return media;
}

inline model::MediaAttachment upload(World& world, const model::Account& owner) {
  return upload(world, owner, [](model::MediaAttachment&) {});
}

}  // namespace dunlin::test
