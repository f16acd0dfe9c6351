#pragma once

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/status.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/filter_matcher.hpp"
#include "dunlin/store/statuses.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::api::entities {

class StatusCache;
struct StatusMaterial;

/// The statuses of one answer with all that rendering needs, in a fixed number of statements: the bundle and, with a
/// viewer, one for the viewer's marks and one for his filters. Who may see them is the caller's business. What a filter
/// of the viewer catches says so, whatever the filter's action: hiding is the client's. Lives no longer than the Tx.
/// With a cache only what that does not have is read: nothing at all when it has everything.
class StatusPage {
 public:
  StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer, std::span<const StatusId> ids,
             StatusCache* cache = nullptr);
  /// Of what is at hand: a preview.
  StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer, store::StatusBundle bundle);
  StatusPage(const StatusPage&) = delete;
  StatusPage& operator=(const StatusPage&) = delete;

  /// false: unknown or deleted, or a reblog of such.
  [[nodiscard]] bool contains(StatusId id) const { return statuses_.contains(id); }
  /// What filters read of the status, which must be there; of a reblog, of what it wraps.
  [[nodiscard]] std::string filter_text(StatusId id) const { return filter_text_of(shown(*statuses_.at(id))); }
  /// What the status, which must be there, quotes and shows; nullptr: nothing.
  [[nodiscard]] const model::Status* quoted_by(StatusId id) const;
  /// The status, which must be there.
  void render(json::Writer& out, StatusId id, StatusBody body = StatusBody::content);
  /// A JSON array of those that are there, in this order.
  void render_array(json::Writer& out, std::span<const StatusId> ids);

 private:
  StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer, StatusMaterial material);

  void expect_emojis();
  /// What is there, and of which of those the viewer may have marks.
  std::vector<StatusId> list_statuses();
  void load_flags(db::Tx& tx, std::span<const StatusId> marked, StatusMaterial& material);
  void keep(StatusMaterial& material);
  StatusView view_of(const model::Status& status);
  ViewerMarks marks_of(const model::Status& status);
  /// What is shown of a wrapper: its original.
  [[nodiscard]] const model::Status& shown(const model::Status& status) const;
  /// What the viewer's filters read of it.
  [[nodiscard]] std::string filter_text_of(const model::Status& status) const;
  void apply_filters(db::Tx& tx);

  std::optional<AccountId> viewer_;
  store::StatusBundle bundle_;
  std::map<StatusId, std::shared_ptr<const StatusFragment>> fragments_;
  AccountPage accounts_;
  Time now_;
  std::map<StatusId, const model::Status*> statuses_;
  std::map<StatusId, store::ViewerFlags> flags_;
  std::shared_ptr<const service::FilterMatcher> filters_;
  std::map<StatusId, std::vector<service::FilterMatch>> filtered_;  // under the id of the status or wrapper
};

}  // namespace dunlin::api::entities
