#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/instance.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// By its folded name.
std::optional<Tag> find_tag(db::Tx& tx, std::string_view name);
/// The tag of this folded name, made when it is not there.
Tag ensure_tag(db::Tx& tx, std::string_view name, std::string_view display_name);

/// What a viewer has to do with a tag.
struct TagMarks {
  bool following = false;
  bool featuring = false;
};
/// One for each id; one statement.
std::map<std::int64_t, TagMarks> list_tag_marks(db::Tx& tx, AccountId viewer, std::span<const std::int64_t> tags);

/// false: it was there.
bool insert_followed_tag(db::Tx& tx, AccountId who, std::int64_t tag, std::int64_t row_id);
/// false: it was not there.
bool delete_followed_tag(db::Tx& tx, AccountId who, std::int64_t tag);
struct FollowedTag {
  std::int64_t row_id;
  Tag tag;
};
std::vector<FollowedTag> list_followed_tags(db::Tx& tx, AccountId who, const model::Page& page);

/// How the account uses it: in public and unlisted statuses, looked for in the newest 10,000 that have a hashtag.
struct FeaturedTag {
  std::int64_t id;
  Tag tag;
  std::int64_t statuses_count = 0;
  std::optional<Time> last_status_at{};
};
/// Most used first.
std::vector<FeaturedTag> list_featured_tags(db::Tx& tx, AccountId who);
/// false: it was there.
bool insert_featured_tag(db::Tx& tx, AccountId who, std::int64_t tag, std::int64_t row_id);
/// The name of the tag; nullopt: it was not there.
std::optional<std::string> delete_featured_tag(db::Tx& tx, AccountId who, std::int64_t row_id);
/// false: it was not there.
bool delete_featured_tag_by_tag(db::Tx& tx, AccountId who, std::int64_t tag);
/// Where the server of a remote account lists them; "" = nowhere.
std::string find_featured_tags_url(db::Tx& tx, AccountId who);
void set_featured_tags_url(db::Tx& tx, AccountId who, std::string_view url);
/// Most used ones that are not featured.
std::vector<Tag> list_tags_to_feature(db::Tx& tx, AccountId who, int limit);

}  // namespace dunlin::store
