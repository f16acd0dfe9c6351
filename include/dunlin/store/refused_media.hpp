#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/model/preview_card.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What becomes of other servers' files that are known here when the admin decides about their servers. All of it a
/// page at a time.
namespace dunlin::store {

/// A remote attachment and whose it is.
struct OwnedMedia {
  model::MediaAttachment media;
  std::string domain;
  std::string author_uri;
};
/// nullopt: there is no such remote attachment, or its author is suspended. One statement.
std::optional<OwnedMedia> find_remote_media(db::Tx& tx, MediaId id);

/// Of these accounts those of which files are known.
std::vector<AccountId> list_accounts_with_files(db::Tx& tx, std::span<const AccountId> accounts);

struct RefusedPage {
  std::optional<MediaId> last;  // nullopt: there was nothing
  std::size_t seen = 0;
  std::vector<StatusId> statuses;  // that look different now
  std::vector<std::string> keys;   // that the rows have named
};
/// The account's remote files above `after` are let go and stay away (model::MediaState::refused).
RefusedPage refuse_media_of(db::Tx& tx, AccountId account, MediaId after, int limit);
/// They may be fetched again.
RefusedPage readmit_media_of(db::Tx& tx, AccountId account, MediaId after, int limit);
/// Our copies of its avatar and header. Returns their keys.
std::vector<std::string> evict_pictures_of(db::Tx& tx, AccountId account);

struct RemoteEmoji {
  std::int64_t id = 0;
  std::string domain;
};
/// Emojis of a domain and those below it, by id above `after`.
std::vector<RemoteEmoji> list_emojis_of_domain(db::Tx& tx, std::string_view domain, std::int64_t after, int limit);
/// Refused ones are shown to nobody, and our copies go. Returns their keys.
std::vector<std::string> set_emojis_refused(db::Tx& tx, std::span<const std::int64_t> ids, bool refused);
struct CardPicture {
  PreviewCardId card;
  std::string page;  // its address
  std::string url;
};
/// Link previews that have a picture, by id above `after`.
std::vector<CardPicture> list_card_pictures(db::Tx& tx, PreviewCardId after, int limit);
/// Their pictures are forgotten until the pages are looked at again. Returns the keys of our copies.
std::vector<std::string> clear_card_pictures(db::Tx& tx, std::span<const PreviewCardId> ids);

}  // namespace dunlin::store
