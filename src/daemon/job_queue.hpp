#pragma once

#include "dunlin/net/job_pump.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dunlin::daemon {

/// One function per kind of job; it runs in the transaction that removes the job. Errors: need_remote (fetched, then
/// run again); any other is retried by the queue's policy.
using JobHandler = std::function<Result<void>(db::Tx&, service::RemoteDocuments&, const jobs::Job&)>;

/// The durable job queue behind the pump, with the registry of handlers.
class JobQueue final : public net::JobQueue {
 public:
  void on(std::string_view kind, JobHandler handler) { handlers_.emplace(kind, std::move(handler)); }

  std::vector<jobs::Job> claim(db::Session& session, jobs::Lane lane, int limit) override;
  Result<void> run(db::Session& session, const jobs::Job& job, service::RemoteDocuments& documents) override;
  void failed(db::Session& session, const jobs::Job& job, const Error& error) override;
  void put_back(db::Session& session, const jobs::Job& job) override;
  std::optional<Time> next_job_at(db::Session& session, jobs::Lane lane) override;

 private:
  std::map<std::string, JobHandler, std::less<>> handlers_;
};

}  // namespace dunlin::daemon
