#pragma once

#include "dunlin/net/job_pump.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dunlin::daemon {

/// One function per kind of job; it runs in the transaction that removes the job. Errors: need_remote (fetched, then
/// run again); any other is retried by the queue's policy.
using JobHandler = std::function<Result<void>(db::Tx&, service::RemoteDocuments&, const jobs::Job&)>;

/// For long work: opens its own transactions; the job is removed in one of its own afterwards.
using LongJobHandler = std::function<Result<void>(db::Session&, service::RemoteDocuments&, const jobs::Job&)>;

/// The durable job queue behind the pump, with the registry of handlers.
class JobQueue final : public net::JobQueue {
 public:
  /// `longest`: what a job of Lane::transcode may take; nobody else gets it before.
  explicit JobQueue(std::chrono::seconds longest) : longest_(longest) {}

  void on(std::string_view kind, JobHandler handler) { handlers_.emplace(kind, std::move(handler)); }

  void on_long(std::string_view kind, LongJobHandler handler) { long_handlers_.emplace(kind, std::move(handler)); }

  std::vector<jobs::Job> claim(db::Session& session, jobs::Lane lane, int limit) override;
  Result<void> run(db::Session& session, const jobs::Job& job, service::RemoteDocuments& documents) override;
  void failed(db::Session& session, const jobs::Job& job, const Error& error) override;
  void put_back(db::Session& session, const jobs::Job& job) override;
  std::optional<Time> next_job_at(db::Session& session, jobs::Lane lane) override;

 private:
  std::map<std::string, JobHandler, std::less<>> handlers_;
  std::map<std::string, LongJobHandler, std::less<>> long_handlers_;
  const std::chrono::seconds longest_;
};

}  // namespace dunlin::daemon
