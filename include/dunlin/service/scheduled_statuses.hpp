#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/statuses.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

// client-api.md 1.3.
inline constexpr std::int64_t kMaxScheduled = 300;
inline constexpr std::int64_t kMaxScheduledPerDay = 25;
inline constexpr std::chrono::minutes kLeastAhead{5};

/// Payload: the id of a scheduled status.
inline constexpr jobs::Kind kPublishScheduled{"publish_scheduled", jobs::Lane::feed};

/// A draft as JSON and back; nullopt: unreadable.
std::string write_draft(const StatusDraft& draft);
std::optional<StatusDraft> read_draft(std::string_view json);

struct Scheduled {
  StatusId id;
  Time scheduled_at{};
  StatusDraft draft;
  std::vector<model::MediaAttachment> media{};  // that it holds
};

/// Posts for later: checked like posts when they are made, published by a job.
class ScheduledStatusService {
 public:
  ScheduledStatusService(Environment& env, StatusService& statuses) : env_(env), statuses_(statuses) {}

  /// Errors: those of post(); invalid when it is too soon or one too many.
  Result<Scheduled> schedule(db::Tx& tx, RemoteDocuments& documents, const model::Account& author,
                             const model::User& user, const StatusDraft& draft, Time at);
  /// Errors of all below: not_found.
  Result<Scheduled> get(db::Tx& tx, AccountId who, StatusId id);
  std::vector<Scheduled> list(db::Tx& tx, AccountId who, const model::Page& page);
  /// Errors: invalid.
  Result<Scheduled> move(db::Tx& tx, AccountId who, StatusId id, Time at);
  Result<void> cancel(db::Tx& tx, AccountId who, StatusId id);

  /// Handles kPublishScheduled: posts it once, however often it runs. Errors: those of post(); then it stays scheduled.
  Result<void> publish(db::Tx& tx, RemoteDocuments& documents, StatusId id);

 private:
  Environment& env_;
  StatusService& statuses_;
};

}  // namespace dunlin::service
