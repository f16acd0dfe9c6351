#include "dunlin/service/statuses.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dunlin::service {

using model::Status;

namespace {

// client-api.md 1.3: what a context holds at most.
constexpr std::size_t kSignedInLimit = 4096;
constexpr std::size_t kAnonymousAncestors = 40;
constexpr std::size_t kAnonymousDescendants = 60;
constexpr std::size_t kAnonymousDepth = 20;

using ById = std::unordered_map<StatusId, const Status*>;
using Children = std::map<StatusId, std::vector<const Status*>>;

/// Authors whom the viewer does not want to read in a thread.
std::set<AccountId> unwanted_authors(db::Tx& tx, AccountId viewer, const std::vector<Status>& statuses) {
  std::set<AccountId> authors;
  for (const auto& status : statuses) authors.insert(status.account_id);
  authors.erase(viewer);
  const std::vector<AccountId> ids(authors.begin(), authors.end());
  std::set<AccountId> unwanted;
  for (const auto& r : store::list_relationships(tx, viewer, ids)) {
    if (r.blocking || r.blocked_by || r.muting || r.domain_blocking) unwanted.insert(r.account_id);
  }
  return unwanted;
}

std::vector<Status> collect_ancestors(const ById& by_id, const Status& start, std::size_t limit) {
  std::vector<Status> found;
  std::set<StatusId> seen{start.id};
  for (auto parent = start.in_reply_to_id; parent && found.size() < limit;) {
    const auto at = by_id.find(*parent);
    if (at == by_id.end() || !seen.insert(*parent).second) break;
    found.push_back(*at->second);
    parent = at->second->in_reply_to_id;
  }
  std::ranges::reverse(found);
  return found;
}

/// Depth first; of each status' replies its author's own come first, then by id.
std::vector<Status> collect_descendants(Children& children, const Status& start, std::size_t limit,
                                        std::size_t depth_limit) {
  std::vector<Status> found;
  std::vector<std::pair<const Status*, std::size_t>> stack;
  const auto push_replies = [&](const Status& parent, std::size_t depth) {
    const auto at = children.find(parent.id);
    if (at == children.end() || depth > depth_limit) return;
    auto& replies = at->second;
    std::ranges::sort(replies, {},
                      [&](const Status* s) { return std::pair(s->account_id != parent.account_id, s->id); });
    for (auto reply = replies.rbegin(); reply != replies.rend(); ++reply) stack.emplace_back(*reply, depth);
    children.erase(at);  // each list once: a loop of replies ends
  };
  push_replies(start, 1);
  while (!stack.empty() && found.size() < limit) {
    const auto [status, depth] = stack.back();
    stack.pop_back();
    found.push_back(*status);
    push_replies(*status, depth + 1);
  }
  return found;
}

}  // namespace

Result<StatusService::Thread> StatusService::thread(db::Tx& tx, std::optional<AccountId> viewer, StatusId id) {
  const auto start = store::find_visible_status(tx, viewer, id);
  if (!start) return fail(Errc::not_found, "Record not found");
  Thread thread;
  if (!start->conversation_id) return thread;
  const auto statuses = store::list_thread(tx, viewer, *start->conversation_id, static_cast<int>(2 * kSignedInLimit));
  const auto unwanted = viewer ? unwanted_authors(tx, *viewer, statuses) : std::set<AccountId>{};
  ById by_id;
  Children children;
  for (const auto& status : statuses) {
    if (status.id != id && unwanted.contains(status.account_id)) continue;
    by_id.emplace(status.id, &status);
    if (status.in_reply_to_id) children[*status.in_reply_to_id].push_back(&status);
  }
  thread.ancestors = collect_ancestors(by_id, *start, viewer ? kSignedInLimit : kAnonymousAncestors);
  thread.descendants = collect_descendants(children, *start, viewer ? kSignedInLimit : kAnonymousDescendants,
                                           viewer ? kSignedInLimit : kAnonymousDepth);
  return thread;
}

}  // namespace dunlin::service
