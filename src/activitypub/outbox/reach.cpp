#include "dunlin/activitypub/reach.hpp"

#include "dunlin/activitypub/followers_sync.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace dunlin::activitypub {

namespace {

// federation.md 4.13: beyond that the digest costs more than it helps, and so does passing over all followers.
constexpr std::int64_t kMaxSynchronized = 25'000;

/// The followers of some local accounts on some hosts.
class FollowersThere {
 public:
  FollowersThere(db::Tx& tx, std::span<const jobs::Delivery> rows) {
    std::map<AccountId, std::vector<std::string>> inboxes;
    std::set<std::string> hosts;
    for (const auto& row : rows) {
      if (!row.to_followers || !row.may_speak) continue;
      inboxes[row.account_id].push_back(row.inbox_url);
      hosts.insert(row.host);
    }
    if (inboxes.empty()) return;
    std::vector<AccountId> ids;
    for (const auto& [id, urls] : inboxes) ids.push_back(id);
    std::vector<AccountId> few;
    for (const auto& account : store::list_accounts(tx, ids)) {
      if (account.followers_count > kMaxSynchronized) {
        for (auto& url : store::list_inboxes_with_followers(tx, account.id, inboxes.at(account.id)))
          inboxes_[account.id].insert(std::move(url));
      } else {
        few.push_back(account.id);
        accounts_.emplace(account.id, account);
      }
    }
    if (few.empty()) return;
    for (auto& follower : store::list_followers_on(tx, few, std::vector(hosts.begin(), hosts.end()))) {
      auto& there = inboxes_[follower.target];
      there.insert(std::move(follower.inbox));
      if (!follower.shared_inbox.empty()) there.insert(std::move(follower.shared_inbox));
      uris_[{follower.target, origin_of(follower.uri)}].push_back(std::move(follower.uri));
    }
  }

  [[nodiscard]] bool has(const jobs::Delivery& row) const {
    const auto found = inboxes_.find(row.account_id);
    return found != inboxes_.end() && found->second.contains(row.inbox_url);
  }
  std::string synchronization(const jobs::Delivery& row) {
    const auto account = accounts_.find(row.account_id);
    if (account == accounts_.end()) return {};
    const std::pair key{row.account_id, origin_of(row.inbox_url)};
    const auto [field, is_new] = fields_.try_emplace(key);
    if (is_new) field->second = render_synchronization(account->second, uris_[key]);
    return field->second;
  }

 private:
  static std::string origin_of(const std::string& url) {
    const auto parsed = Url::parse(url);
    return parsed ? parsed->origin() : std::string();
  }
  using Place = std::pair<AccountId, std::string>;  // the origin

  std::map<AccountId, model::Account> accounts_;
  std::unordered_map<AccountId, std::unordered_set<std::string>> inboxes_;
  std::map<Place, std::vector<std::string>> uris_;
  std::map<Place, std::string> fields_;
};

}  // namespace

std::vector<Reach> look_at_receivers(db::Tx& tx, std::span<const jobs::Delivery> rows) {
  std::vector<Reach> result(rows.size());
  FollowersThere followers(tx, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    if (!row.may_speak) {
      result[i].refusal = "its account is suspended or gone";
    } else if (row.to_followers) {
      if (!row.named_left.value_or(false) && !followers.has(row)) {
        result[i].refusal = "nobody whom it is for is there any more";
      } else {
        result[i].synchronization = followers.synchronization(row);
      }
    } else if (!row.named_left.value_or(true)) {
      result[i].refusal = "nobody whom it is for may have it any more";
    }
  }
  return result;
}

}  // namespace dunlin::activitypub
