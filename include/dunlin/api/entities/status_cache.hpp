#pragma once

#include "dunlin/api/change_log.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/base/recent_map.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/filter_matcher.hpp"
#include "dunlin/store/statuses.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

namespace dunlin::api::entities {

/// What everybody sees of a status, rendered: members without the commas around them. Of a wrapper only what its
/// original does not say.
struct StatusFragment {
  model::Status facts;      // without texts; its counters count for nothing
  std::string head;         // before the author
  std::string application;  // after him; "" = none
  std::string text;
  std::optional<std::string> filter_text{};  // service::filter_text, once somebody asked
  bool has_emojis = false;                   // or would like some
};

/// An account, rendered.
struct AccountFragment {
  std::string json;
  std::optional<std::string> domain;
  bool has_emojis = false;
};

/// Rendered statuses and accounts and what some viewers see of them, as the database has it: every change drops what it
/// concerns with its commit (db/change.hpp). What is not certain is not there. Any thread may call.
class StatusCache {
 public:
  explicit StatusCache(std::size_t max_bytes);

  struct CachedStatus {
    std::shared_ptr<const StatusFragment> fragment;
    std::uint64_t version = 0;  // of the fragment: no two have the same
    std::optional<store::StatusCounters> counters{};
  };
  struct Page {
    ChangeLog::Ticket ticket = 0;
    std::map<StatusId, CachedStatus> statuses{};  // of those asked for, and the originals of reblogs
    std::map<AccountId, std::shared_ptr<const AccountFragment>> accounts{};  // their authors
    std::shared_ptr<const service::FilterMatcher> filters{};                 // nullptr: not known
    std::map<StatusId, store::ViewerFlags> flags{};                          // the viewer's
  };
  Page find(std::span<const StatusId> ids, std::optional<AccountId> viewer, Time now);

  /// What was read after the page was found; not kept where a change came in between.
  struct Additions {
    std::map<StatusId, CachedStatus> statuses{};  // with their counters; version 0
    std::map<AccountId, std::shared_ptr<const AccountFragment>> accounts{};
    std::map<StatusId, store::StatusCounters> counters{};  // of fragments that the page had
    std::optional<AccountId> viewer{};
    std::shared_ptr<const service::FilterMatcher> filters{};
    std::map<StatusId, store::ViewerFlags> flags{};
  };
  void add(const Page& page, const Additions& additions);

  void changed(std::span<const db::Change> changes);
  /// From then on nothing is found, until this is called again: changes may not have been heard of.
  void believe_until(std::chrono::steady_clock::time_point time);
  void clear();
  [[nodiscard]] std::size_t bytes();

 private:
  struct Viewer {
    std::shared_ptr<const service::FilterMatcher> filters;
    std::unordered_map<StatusId, std::pair<std::uint64_t, store::ViewerFlags>> flags;  // with the fragment's version
  };

  void drop(const db::Change& change);
  void drop_all();
  void add_statuses(const Page& page, const Additions& additions);
  void add_viewer(const Page& page, const Additions& additions);
  /// Nothing has changed that `change` of this kind would tell.
  [[nodiscard]] bool holds(ChangeLog::Ticket ticket, db::Change::Kind kind, std::int64_t id) const;

  std::mutex mutex_;
  std::chrono::steady_clock::time_point believed_until_ = std::chrono::steady_clock::time_point::max();
  ChangeLog log_;
  std::uint64_t last_version_ = 0;
  RecentMap<StatusId, CachedStatus> statuses_;
  RecentMap<AccountId, std::shared_ptr<const AccountFragment>> accounts_;
  RecentMap<AccountId, Viewer> viewers_;
};

}  // namespace dunlin::api::entities
