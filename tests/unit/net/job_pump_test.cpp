#include "dunlin/net/job_pump.hpp"

#include "support.hpp"
#include "support/captured_log.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <semaphore>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

namespace {

class FakeJobs final : public JobQueue {
 public:
  using Handler = std::function<Result<void>(const jobs::Job&, service::RemoteDocuments&)>;
  explicit FakeJobs(Handler handler) : handler_(std::move(handler)) {}

  void add(jobs::Lane lane, const std::string& kind) {
    const std::lock_guard lock(mutex_);
    jobs::Job job;
    job.id = JobId{++last_id_};
    job.kind = kind;
    job.lane = lane;
    waiting_.push_back(job);
  }
  std::vector<jobs::Job> claim(db::Session&, jobs::Lane lane, int limit) override {
    const std::lock_guard lock(mutex_);
    if (broken) throw db::Unavailable("gone");
    std::vector<jobs::Job> claimed;
    for (auto job = waiting_.begin(); job != waiting_.end() && static_cast<int>(claimed.size()) < limit;) {
      if (job->lane != lane) {
        ++job;
        continue;
      }
      ++job->attempts;
      claimed.push_back(*job);
      job = waiting_.erase(job);
    }
    return claimed;
  }
  Result<void> run(db::Session&, const jobs::Job& job, service::RemoteDocuments& documents) override {
    auto result = handler_(job, documents);
    if (result && !documents.wanted()) ++done;
    return result;
  }
  void failed(db::Session&, const jobs::Job& job, const Error& error) override {
    const std::lock_guard lock(mutex_);
    failures_.push_back(job.kind + ": " + error.message);
  }
  void put_back(db::Session&, const jobs::Job& job) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(job);
  }
  std::optional<Time> next_job_at(db::Session&, jobs::Lane) override { return std::nullopt; }

  [[nodiscard]] std::vector<std::string> failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
  }
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  std::atomic<int> done{0};
  std::atomic<bool> broken{false};

 private:
  Handler handler_;
  mutable std::mutex mutex_;
  std::deque<jobs::Job> waiting_;
  std::vector<std::string> failures_;
  std::int64_t last_id_ = 0;
};

struct Pumping {
  explicit Pumping(FakeJobs::Handler handler, FetchFunction fetch = {}, JobPumpOptions options = {})
      : queue(std::move(handler)),
        workers({}, no_sessions()),
        thread("outgoing"),
        pump(thread, std::move(fetch), workers, queue, clock, options) {}
  ~Pumping() {
    pump.stop();
    workers.stop();
  }

  SystemClock clock;
  FakeJobs queue;
  Workers workers;
  IoThread thread;
  JobPump pump;
};

}  // namespace

TEST_CASE("due jobs of all lanes run", "[net][jobs]") {
  Pumping p([](const auto&, auto&) -> Result<void> { return {}; });
  for (int i = 0; i < 100; ++i) {
    p.queue.add(jobs::Lane::ingress, "a");
    p.queue.add(jobs::Lane::media, "b");
  }
  p.pump.start();
  CHECK(eventually([&] { return p.queue.done == 200; }));
}

TEST_CASE("of a job that failed the queue tells, which knows what becomes of it", "[net][jobs]") {
  const dunlin::test::CapturedLog log(log::Level::info);
  Pumping p([](const auto&, auto&) -> Result<void> { return fail(Errc::invalid, "refused"); });
  p.queue.add(jobs::Lane::ingress, "fails");
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.failures().size() == 1; }));
  CHECK(log.text().find("job failed") == std::string::npos);
}

TEST_CASE("files that are fetched or converted leave the threads of uploads alone", "[net][jobs]") {
  std::binary_semaphore go(0);
  std::atomic<int> busy{0};
  Pumping p([&](const auto&, auto&) -> Result<void> {
    ++busy;
    go.acquire();
    go.release();
    return {};
  });
  for (const auto lane : {jobs::Lane::media, jobs::Lane::transcode}) p.queue.add(lane, "slow");
  p.pump.start();
  CHECK(eventually([&] { return busy == 1; }));  // there is one thread for both here
  std::atomic<bool> uploaded{false};
  CHECK(p.workers.post(Lane::media, [&](Worker*) { uploaded = true; }));
  CHECK(eventually([&] { return uploaded.load(); }));
  go.release();
}

TEST_CASE("a job that fails or throws is recorded with its reason", "[net][jobs]") {
  Pumping p([](const jobs::Job& job, auto&) -> Result<void> {
    if (job.kind == "throws") throw std::runtime_error("cause");
    if (job.kind == "odd") throw 42;
    return fail(Errc::invalid, "refused");
  });
  for (const char* kind : {"fails", "throws", "odd"}) p.queue.add(jobs::Lane::ingress, kind);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.failures().size() == 3; }));
  auto failures = p.queue.failures();
  std::ranges::sort(failures);
  CHECK(failures == std::vector<std::string>{"fails: refused", "odd: the handler threw", "throws: the handler threw"});
  CHECK(p.queue.done == 0);
}

TEST_CASE("a job that wants documents runs again with them", "[net][jobs]") {
  const FetchFunction fetch = [](service::RemoteRequest request, auto done) {
    service::RemoteDocument document;
    document.body = request.url;
    done(std::move(document));
  };
  std::atomic<int> runs{0};
  Pumping p(
      [&](const auto&, service::RemoteDocuments& documents) -> Result<void> {
        ++runs;
        for (const char* url : {"https://a.example/1", "https://a.example/2"}) {
          const auto document = documents.get({.url = url});
          if (!document) return std::unexpected(document.error());
          if ((*document)->body != url) return fail(Errc::internal, "another document");
        }
        return {};
      },
      fetch);
  p.queue.add(jobs::Lane::ingress, "resolve");
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.done == 1; }));
  CHECK(runs == 3);
  CHECK(p.queue.failures().empty());
}

TEST_CASE("jobs that wait for the network hold no worker, and a stop puts them back", "[net][jobs]") {
  std::mutex mutex;
  std::vector<std::move_only_function<void(service::RemoteDocument)>> held;
  const FetchFunction fetch = [&](const service::RemoteRequest&, auto done) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(done));
  };
  Pumping p(
      [](const jobs::Job& job, service::RemoteDocuments& documents) -> Result<void> {
        if (job.kind == "plain") return {};
        const auto document = documents.get({.url = "https://slow.example/"});
        if (!document) return std::unexpected(document.error());
        return {};
      },
      fetch);
  for (int i = 0; i < 10; ++i) p.queue.add(jobs::Lane::ingress, "remote");
  p.queue.add(jobs::Lane::ingress, "plain");
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.done == 1; }));
  REQUIRE(eventually([&] {
    const std::lock_guard lock(mutex);
    return held.size() == 10;
  }));
  p.pump.begin_stop();
  CHECK_FALSE(p.pump.drain(5ms));
  for (auto& done : held) done({});
  CHECK(p.pump.drain(10s));
  CHECK(p.queue.waiting() == 10);
  CHECK(p.queue.failures().empty());
}

TEST_CASE("a lane runs no more at a time than its limit, and does not hold the others", "[net][jobs]") {
  JobPumpOptions options;
  options.concurrency.fill(1);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  Signal release;
  Pumping p(
      [&](const jobs::Job& job, auto&) -> Result<void> {
        if (job.lane == jobs::Lane::feed) return {};
        most = std::max(most.load(), ++running);
        release.wait();
        --running;
        return {};
      },
      {}, options);
  for (int i = 0; i < 4; ++i) p.queue.add(jobs::Lane::ingress, "slow");
  for (int i = 0; i < 4; ++i) p.queue.add(jobs::Lane::feed, "quick");
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.done == 4 && running == 1; }));
  release.set();
  CHECK(eventually([&] { return p.queue.done == 8; }));
  CHECK(most == 1);
}

TEST_CASE("the pump survives a database that goes away, and wakes without a poll", "[net][jobs]") {
  JobPumpOptions options;
  options.poll = 1h;
  options.database_pause = 5ms;
  Pumping p([](const auto&, auto&) -> Result<void> { return {}; }, {}, options);
  p.queue.broken = true;
  p.pump.start();
  p.queue.add(jobs::Lane::mail, "a");
  p.pump.wake(jobs::Lane::mail);
  p.queue.broken = false;
  CHECK(eventually([&] { return p.queue.done == 1; }));
  p.queue.add(jobs::Lane::mail, "b");
  p.pump.wake(jobs::Lane::mail);
  CHECK(eventually([&] { return p.queue.done == 2; }));
}
