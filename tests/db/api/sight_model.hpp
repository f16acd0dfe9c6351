#pragma once

#include "support/world.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::test {

/// Who may read what, written down a second time, as plainly as it can be: sets and loops over everything. It shares no
/// code with the program. Accounts and statuses are known by their ids as text.
class SightModel {
 public:
  using Visibility = model::Visibility;

  struct Person {
    std::optional<std::string> domain{};
    bool suspended = false;
    bool silenced = false;
  };
  struct Post {
    std::string id;
    std::string author;
    Visibility visibility = Visibility::public_;
    bool local = true;
    bool deleted = false;
    bool has_media = false;
    bool is_orphan = false;  // answers something that is not here
    std::string answered{};  // author of the parent; "" = no reply
    std::string original{};  // of a reblog
    std::optional<std::string> language{};
    std::set<std::string> tags{};
    std::set<std::string> mentions{};
  };
  struct Follow {
    bool reblogs = true;
    std::set<std::string> languages{};
  };
  struct List {
    std::string owner;
    std::string policy{};
    bool exclusive = false;
    std::set<std::string> members{};
  };
  using Pair = std::pair<std::string, std::string>;

  std::map<std::string, Person> people;
  std::map<std::string, Post> posts;
  std::map<Pair, Follow> follows;
  std::set<Pair> blocks;
  std::set<Pair> mutes;  // that hold
  std::set<Pair> domain_blocks;
  std::set<Pair> followed_tags;
  std::map<std::string, List> lists;
  std::map<std::string, std::vector<std::string>> favourites;  // newest first

  /// `viewer` "": nobody.
  [[nodiscard]] bool sees(const std::string& viewer, const std::string& id) const {
    const auto& post = posts.at(id);
    if (!sees_alone(viewer, post)) return false;
    return post.original.empty() || sees_alone(viewer, posts.at(post.original));
  }
  [[nodiscard]] bool welcome(const std::string& viewer, const std::string& author) const {
    if (viewer == author || viewer.empty()) return true;
    const auto& domain = people.at(author).domain;
    return !blocks.contains({viewer, author}) && !blocks.contains({author, viewer}) &&
           !mutes.contains({viewer, author}) && !(domain && domain_blocks.contains({viewer, *domain}));
  }
  [[nodiscard]] bool at_home(const std::string& viewer, const std::string& id) const {
    const auto& post = posts.at(id);
    if (in_feed(viewer, post, [&] { return follows.contains({viewer, post.answered}); }) &&
        (post.author == viewer || !in_exclusive_list(viewer, post.author))) {
      return true;
    }
    const bool tagged =
        std::ranges::any_of(post.tags, [&](const std::string& tag) { return followed_tags.contains({viewer, tag}); });
    return tagged && post.original.empty() && listed(viewer, post) &&
           (post.author == viewer || !in_exclusive_list(viewer, post.author));
  }
  [[nodiscard]] bool in_list(const std::string& list_id, const std::string& id) const {
    const auto& list = lists.at(list_id);
    const auto& post = posts.at(id);
    if (!list.members.contains(post.author)) return false;
    return in_feed(list.owner, post, [&] {
      if (list.policy == "followed") return follows.contains({list.owner, post.answered});
      return list.policy == "list" && list.members.contains(post.answered);
    });
  }
  [[nodiscard]] bool in_public(const std::string& viewer, const std::string& id) const {
    const auto& post = posts.at(id);
    return post.original.empty() && listed(viewer, post) && !answers_others(post);
  }
  [[nodiscard]] bool in_tag(const std::string& viewer, const std::string& tag, const std::string& id) const {
    const auto& post = posts.at(id);
    return post.original.empty() && post.tags.contains(tag) && listed(viewer, post);
  }
  [[nodiscard]] bool on_profile(const std::string& viewer, const std::string& author, const std::string& id) const {
    const auto& post = posts.at(id);
    if (post.author != author || !sees(viewer, id)) return false;
    if (post.original.empty()) return true;
    const auto& original = posts.at(post.original).author;
    return original == author || welcome(viewer, original);
  }
  [[nodiscard]] static bool answers_others(const Post& post) {
    return post.is_orphan || (!post.answered.empty() && post.answered != post.author);
  }

 private:
  [[nodiscard]] bool sees_alone(const std::string& viewer, const Post& post) const {
    if (post.deleted || people.at(post.author).suspended) return false;
    if (blocks.contains({post.author, viewer})) return false;
    if (post.visibility == Visibility::public_ || post.visibility == Visibility::unlisted) return true;
    if (post.author == viewer || post.mentions.contains(viewer)) return true;
    return post.visibility == Visibility::private_ && follows.contains({viewer, post.author});
  }
  /// Public, by somebody whom the viewer wants to read and who is not hushed.
  [[nodiscard]] bool listed(const std::string& viewer, const Post& post) const {
    if (post.visibility != Visibility::public_ || post.deleted || people.at(post.author).suspended) return false;
    if (post.author == viewer) return true;
    return welcome(viewer, post.author) &&
           (!people.at(post.author).silenced || follows.contains({viewer, post.author}));
  }
  [[nodiscard]] bool in_exclusive_list(const std::string& viewer, const std::string& author) const {
    return std::ranges::any_of(lists, [&](const auto& one) {
      return one.second.owner == viewer && one.second.exclusive && one.second.members.contains(author);
    });
  }
  /// What home and lists have in common. `knows`: the other party of a reply is one whom it may answer.
  template <class F>
  [[nodiscard]] bool in_feed(const std::string& viewer, const Post& post, F&& knows) const {
    if (post.deleted || people.at(post.author).suspended || post.visibility == Visibility::direct) return false;
    bool reblogs = true;
    if (post.author != viewer) {
      const auto follow = follows.find({viewer, post.author});
      if (follow == follows.end() || !welcome(viewer, post.author) || post.is_orphan) return false;
      if (!post.answered.empty() && post.answered != post.author && post.answered != viewer && !knows()) return false;
      const auto& languages = follow->second.languages;
      if (!languages.empty() && post.language && !languages.contains(*post.language)) return false;
      reblogs = follow->second.reblogs;
    }
    if (post.original.empty()) return true;
    const auto& original = posts.at(post.original);
    return reblogs && sees_alone(viewer, original) && welcome(viewer, original.author);
  }
};

}  // namespace dunlin::test
