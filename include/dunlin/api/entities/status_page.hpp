#pragma once

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/status.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/statuses.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>

namespace dunlin::api::entities {

/// The statuses of one answer with all that rendering needs, in a fixed number of statements: the bundle and, with a
/// viewer, one for the viewer's marks. Who may see them is the caller's business. Lives no longer than the Tx.
class StatusPage {
 public:
  StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer, std::span<const StatusId> ids);
  StatusPage(const StatusPage&) = delete;
  StatusPage& operator=(const StatusPage&) = delete;

  /// false: unknown or deleted, or a reblog of such.
  [[nodiscard]] bool contains(StatusId id) const { return statuses_.contains(id); }
  /// The status, which must be there.
  void render(json::Writer& out, StatusId id, StatusBody body = StatusBody::content);
  /// A JSON array of those that are there, in this order.
  void render_array(json::Writer& out, std::span<const StatusId> ids);

 private:
  StatusView view_of(const model::Status& status);

  std::optional<AccountId> viewer_;
  store::StatusBundle bundle_;
  AccountPage accounts_;
  std::map<StatusId, const model::Status*> statuses_;
  std::map<StatusId, store::ViewerFlags> flags_;
};

}  // namespace dunlin::api::entities
