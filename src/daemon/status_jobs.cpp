#include "status_jobs.hpp"

namespace dunlin::daemon {

namespace {

template <class I>
Result<I> payload_id(const jobs::Job& job) {
  if (const auto id = I::parse(job.payload)) return *id;
  return fail(Errc::internal, "The payload of a job is unreadable", job.payload);
}

}  // namespace

void register_status_jobs(JobQueue& queue, service::Services& services) {
  using Documents = service::RemoteDocuments;
  queue.on(service::kEndPoll.name, [&services](db::Tx& tx, Documents& documents, const jobs::Job& job) -> Result<void> {
    return services.polls.end(tx, documents, TRY(payload_id<PollId>(job)));
  });
  queue.on(service::kExpireStatus.name, [&services](db::Tx& tx, Documents&, const jobs::Job& job) -> Result<void> {
    return services.statuses.expire(tx, TRY(payload_id<StatusId>(job)));
  });
  queue.on(service::kDecideQuotes.name, [&services](db::Tx& tx, Documents&, const jobs::Job& job) {
    return services.quotes.decide_waiting(tx, job.payload);
  });
  queue.on(service::kPublishScheduled.name,
           [&services](db::Tx& tx, Documents& documents, const jobs::Job& job) -> Result<void> {
             return services.scheduled_statuses.publish(tx, documents, TRY(payload_id<StatusId>(job)));
           });
}

}  // namespace dunlin::daemon
