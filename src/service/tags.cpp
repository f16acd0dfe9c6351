#include "dunlin/service/tags.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/html/format.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::service {

using store::Tag;

namespace {

constexpr std::size_t kMaxFeatured = 10;  // client-api.md 1.3

struct Name {
  std::string folded;
  std::string displayed;
};

void tell(Environment& env, db::Tx& tx, AccountId who, std::string_view tag, bool featured) {
  const auto account = store::find_account(tx, who);
  if (account && account->is_local()) env.federation.hashtag_featured(tx, *account, tag, featured);
}

/// nullopt: in a text this would be no hashtag, or only a part of one.
std::optional<Name> parse_name(std::string_view given) {
  auto name = text::trim(given);
  if (name.starts_with('#')) name.remove_prefix(1);
  if (!text::is_valid_utf8(name)) return std::nullopt;
  const std::string hashtag = "#" + std::string(name);
  const auto entities = html::extract(hashtag);
  if (entities.size() != 1 || entities[0].kind != html::EntityKind::hashtag || entities[0].hashtag != name) {
    return std::nullopt;
  }
  return Name{text::fold_hashtag(name), std::string(name)};
}

}  // namespace

Result<Tag> TagService::get(db::Tx& tx, std::string_view given) {
  const auto name = parse_name(given);
  if (!name) return fail(Errc::not_found, "Record not found");
  if (auto known = store::find_tag(tx, name->folded)) return *std::move(known);
  return Tag{.id = 0, .name = name->folded, .display_name = name->displayed};
}

Result<Tag> TagService::follow(db::Tx& tx, AccountId who, std::string_view given) {
  const auto name = parse_name(given);
  if (!name) return fail(Errc::not_found, "Record not found");
  auto tag = store::ensure_tag(tx, name->folded, name->displayed);
  if (store::insert_followed_tag(tx, who, tag.id, env_.ids.next<FollowId>().value)) {
    env_.events.tell(tx, events::TagFollowChanged{who, tag.name});
  }
  return tag;
}

Result<Tag> TagService::unfollow(db::Tx& tx, AccountId who, std::string_view given) {
  auto tag = TRY(get(tx, given));
  if (store::delete_followed_tag(tx, who, tag.id)) env_.events.tell(tx, events::TagFollowChanged{who, tag.name});
  return tag;
}

Result<store::FeaturedTag> TagService::feature(db::Tx& tx, AccountId who, std::string_view given) {
  const auto name = parse_name(given);
  if (!name) return fail(Errc::invalid, "Validation failed: Tag is invalid");
  const auto tag = store::ensure_tag(tx, name->folded, name->displayed);
  const auto is_it = [&](const store::FeaturedTag& featured) { return featured.tag.id == tag.id; };
  auto featured = store::list_featured_tags(tx, who);
  if (std::ranges::none_of(featured, is_it)) {
    if (featured.size() >= kMaxFeatured) {
      return fail(Errc::invalid, "Validation failed: You have already featured the maximum number of hashtags");
    }
    store::insert_featured_tag(tx, who, tag.id, env_.ids.next<FollowId>().value);
    tell(env_, tx, who, tag.name, true);
    featured = store::list_featured_tags(tx, who);
  }
  const auto found = std::ranges::find_if(featured, is_it);
  if (found == featured.end()) return fail(Errc::conflict, "Conflict during update, please try again");
  return std::move(*found);
}

Result<Tag> TagService::unfeature(db::Tx& tx, AccountId who, std::string_view given) {
  auto tag = TRY(get(tx, given));
  if (store::delete_featured_tag_by_tag(tx, who, tag.id)) tell(env_, tx, who, tag.name, false);
  return tag;
}

Result<void> TagService::remove_featured(db::Tx& tx, AccountId who, std::int64_t featured_tag) {
  const auto name = store::delete_featured_tag(tx, who, featured_tag);
  if (!name) return fail(Errc::not_found, "Record not found");
  tell(env_, tx, who, *name, false);
  return {};
}

void TagService::receive_featured(db::Tx& tx, AccountId who, std::span<const std::string> names) {
  std::vector<std::int64_t> kept;
  for (const std::string& given : names) {
    if (kept.size() >= kMaxFeatured) break;
    const auto name = parse_name(given);
    if (name) kept.push_back(store::ensure_tag(tx, name->folded, name->displayed).id);
  }
  for (const store::FeaturedTag& featured : store::list_featured_tags(tx, who)) {
    if (std::ranges::find(kept, featured.tag.id) == kept.end()) store::delete_featured_tag(tx, who, featured.id);
  }
  for (const std::int64_t tag : kept) store::insert_featured_tag(tx, who, tag, env_.ids.next<FollowId>().value);
}

}  // namespace dunlin::service
