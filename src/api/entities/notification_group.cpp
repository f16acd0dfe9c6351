#include "dunlin/api/entities/notification_group.hpp"

#include "dunlin/api/entities/notification_subjects.hpp"
#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace dunlin::api::entities {

namespace {

using store::NotificationGroup;

/// PartialAccountWithAvatar (client-api.md 6.4): taken from the whole account, so that the two never differ.
void render_partial_account(json::Writer& out, const std::string& account) {
  const auto whole = json::parse(account);
  out.begin_object();
  for (const char* name : {"id", "acct", "url", "avatar", "avatar_static", "avatar_description", "locked", "bot"}) {
    if (const auto member = whole->find(name); member != whole->end()) out.key(name).raw(member->dump());
  }
  out.end_object();
}

void add_once(std::vector<AccountId>& ids, AccountId id) {
  if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
}

/// Which accounts of the groups are shown whole and which in part; none is in both.
struct Shown {
  std::vector<AccountId> whole;
  std::vector<AccountId> partial;
};
Shown shown_accounts(AccountPage& accounts, std::span<const NotificationGroup* const> groups, bool partial_avatars) {
  Shown shown;
  for (const auto* group : groups) {
    for (std::size_t i = 0; i < group->samples.size(); ++i) {
      if (accounts.find(group->samples[i]) != nullptr && (i == 0 || !partial_avatars))
        add_once(shown.whole, group->samples[i]);
    }
  }
  if (!partial_avatars) return shown;
  for (const auto* group : groups) {
    for (const auto id : group->samples) {
      if (accounts.find(id) != nullptr && std::ranges::find(shown.whole, id) == shown.whole.end())
        add_once(shown.partial, id);
    }
  }
  return shown;
}

void render_group(json::Writer& out, const NotificationGroup& group, NotificationSubjects& subjects,
                  const GroupOptions& options) {
  const auto& newest = group.newest;
  out.begin_object();
  out.field("group_key", newest.shown_group_key());
  out.field("notifications_count", group.count);
  out.field("type", model::to_string(newest.type));
  out.field("most_recent_notification_id", group.most_recent.value);  // a number: Ice Cubes reads it as such
  if (options.window) {
    out.field("page_min_id", group.page_min);
    out.field("page_max_id", group.page_max);
    out.field("latest_page_notification_at", group.latest_at);
  }
  out.key("sample_account_ids").begin_array();
  for (const auto id : group.samples) {
    if (subjects.accounts().find(id) != nullptr) out.value(id);
  }
  out.end_array();
  if (has_status(newest.type)) out.field("status_id", newest.status_id);
  if (const auto report = subjects.report(newest); !report.empty()) out.key("report").raw(report);
  if (const auto event = subjects.event(newest); !event.empty()) out.key("event").raw(event);
  if (const auto collection = subjects.collection(newest); !collection.empty()) {
    out.key("collection").raw(collection);
  }
  if (const auto text = subjects.fallback(newest, options.supported); !text.empty()) out.key("fallback").raw(text);
  out.end_object();
}

}  // namespace

std::string render_notification_groups(db::Tx& tx, const config::Config& config, AccountId viewer,
                                       std::span<const NotificationGroup> groups, const GroupOptions& options) {
  std::vector<model::Notification> newest;
  std::vector<AccountId> samples;
  for (const auto& group : groups) {
    newest.push_back(group.newest);
    samples.insert(samples.end(), group.samples.begin(), group.samples.end());
  }
  NotificationSubjects subjects(tx, config, viewer, newest, samples);
  std::vector<const NotificationGroup*> complete;
  std::vector<StatusId> status_ids;
  for (const auto& group : groups) {
    if (!subjects.complete(group.newest)) continue;
    complete.push_back(&group);
    if (!has_status(group.newest.type)) continue;
    if (const auto id = *group.newest.status_id; std::ranges::find(status_ids, id) == status_ids.end())
      status_ids.push_back(id);
  }
  const auto shown = shown_accounts(subjects.accounts(), complete, options.partial_avatars);

  json::Writer out;
  out.begin_object();
  out.key("accounts").raw(subjects.accounts().json_array(shown.whole));
  if (options.partial_avatars) {
    out.key("partial_accounts").begin_array();
    for (const auto id : shown.partial) render_partial_account(out, subjects.accounts().json(id));
    out.end_array();
  }
  out.key("statuses");
  subjects.statuses().render_array(out, status_ids);
  out.key("notification_groups").begin_array();
  for (const auto* group : complete) render_group(out, *group, subjects, options);
  out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace dunlin::api::entities
