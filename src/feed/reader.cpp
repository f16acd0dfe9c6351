#include "dunlin/feed/reader.hpp"

#include <algorithm>

namespace dunlin::feed {

namespace {

using model::Visibility;
using store::FeedStatus;

// What a hash table costs for an entry beside the entry itself.
constexpr std::size_t kNode = 32;

/// DUNLIN_SEES; that nobody blocks anybody is welcomes()'s business.
bool sees(const Reader& reader, const FeedStatus::Original& original) {
  if (!original.sound) return false;
  if (original.visibility <= Visibility::unlisted || original.author == reader.id) return true;
  if (std::ranges::find(original.mentions, reader.id) != original.mentions.end()) return true;
  return original.visibility == Visibility::private_ && reader.follows.contains(original.author);
}

bool shows_original(const Reader& reader, const FeedStatus::Original& original) {
  return sees(reader, original) && (original.author == reader.id || welcomes(reader, original.author, original.domain));
}

/// A reply to the author himself, to the reader, or to somebody whom `wanted` names.
template <class F>
bool follows_talk(const Reader& reader, const FeedStatus& status, F&& wanted) {
  if (!status.is_reply) return true;
  if (status.parent_missing || !status.in_reply_to_account) return false;
  const auto other = *status.in_reply_to_account;
  return other == status.author || other == reader.id || wanted(other);
}

bool speaks_language(const Reader::Follow& follow, const FeedStatus& status) {
  return follow.languages.empty() || !status.language ||
         std::ranges::find(follow.languages, *status.language) != follow.languages.end();
}

/// Nothing that is not for this reader at all.
bool is_readable(const Reader& reader, const FeedStatus& status) {
  return status.sound && status.visibility != Visibility::direct &&
         (!status.original || shows_original(reader, *status.original));
}

/// As the follow of its author says.
template <class F>
bool follow_admits(const Reader& reader, const FeedStatus& status, F&& replies_wanted) {
  const auto follow = reader.follows.find(status.author);
  if (follow == reader.follows.end() || !welcomes(reader, status.author, status.domain)) return false;
  if (status.original && !follow->second.show_reblogs) return false;
  return follows_talk(reader, status, replies_wanted) && speaks_language(follow->second, status);
}

bool tag_admits(const Reader& reader, const FeedStatus& status) {
  if (status.visibility != Visibility::public_ || status.original || !lists(reader, status)) return false;
  return std::ranges::any_of(status.tags, [&](const std::string& tag) { return reader.followed_tags.contains(tag); });
}

}  // namespace

std::size_t Reader::bytes() const {
  return sizeof(Reader) + follows.size() * (sizeof(std::pair<AccountId, Follow>) + kNode) +
         unwelcome.size() * (sizeof(AccountId) + kNode) + exclusive.size() * (sizeof(AccountId) + kNode) +
         (blocked_domains.size() + followed_tags.size()) * (sizeof(std::string) + kNode);
}

Reader load_reader(db::Tx& tx, AccountId id) {
  auto relations = store::load_reader_relations(tx, id);
  Reader reader;
  reader.id = id;
  for (auto& follow : relations.follows) {
    reader.follows.emplace(follow.target, Reader::Follow{follow.show_reblogs, std::move(follow.languages)});
  }
  reader.unwelcome.insert(relations.blocks.begin(), relations.blocks.end());
  reader.blocked_domains.insert(relations.blocked_domains.begin(), relations.blocked_domains.end());
  reader.exclusive.insert(relations.exclusive.begin(), relations.exclusive.end());
  reader.followed_tags.insert(relations.followed_tags.begin(), relations.followed_tags.end());
  for (const auto& mute : relations.mutes) {
    reader.unwelcome.insert(mute.target);
    if (mute.until) reader.valid_until = std::min(reader.valid_until, *mute.until);
  }
  return reader;
}

bool welcomes(const Reader& reader, AccountId author, const std::optional<std::string>& domain) {
  return !reader.unwelcome.contains(author) && (!domain || !reader.blocked_domains.contains(*domain));
}

bool lists(const Reader& reader, const FeedStatus& status) {
  if (status.author == reader.id) return true;
  return welcomes(reader, status.author, status.domain) && (!status.silenced || reader.follows.contains(status.author));
}

bool admits(const Reader& owner, const List& list, const FeedStatus& status) {
  if (!is_readable(owner, status) || !list.members.contains(status.author)) return false;
  if (status.author == owner.id) return true;
  return follow_admits(owner, status, [&](AccountId other) {
    switch (list.replies_policy) {
      case model::RepliesPolicy::list:
        return list.members.contains(other);
      case model::RepliesPolicy::followed:
        return owner.follows.contains(other);
      case model::RepliesPolicy::none:
        break;
    }
    return false;
  });
}

bool admits(const Reader& reader, const FeedStatus& status) {
  if (!is_readable(reader, status)) return false;
  if (status.author == reader.id) return true;
  if (reader.exclusive.contains(status.author)) return false;
  const auto followed = [&](AccountId other) { return reader.follows.contains(other); };
  return follow_admits(reader, status, followed) || tag_admits(reader, status);
}

}  // namespace dunlin::feed
