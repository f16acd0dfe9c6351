#include "media_fetcher.hpp"

#include "dunlin/activitypub/host_budget.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/media/work_folder.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr std::size_t kAtOnce = 48;
constexpr std::size_t kAheadAtOnce = kAtOnce / 2;
/// Names below a domain cost nothing: they count together.
constexpr std::size_t kPerDomain = 6;
/// Of one that has hung lately.
constexpr std::size_t kPerSlowDomain = 2;
constexpr std::size_t kMostWaiting = 2048;
constexpr std::size_t kMostAheadWaiting = kMostWaiting / 2;
constexpr std::size_t kMostWaitingOfDomain = 64;  // and as many ahead
constexpr int kMaxRedirects = 3;
constexpr std::chrono::seconds kTimeout{120};
/// What another process fetches is asked about again after so long, then twice as long, up to the longest.
constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};

using Trouble = service::RemoteMediaService::Trouble;

Trouble trouble_of(int status) {
  return status == 404 || status == 410 ? Trouble::missing : Trouble::passing;
}

Trouble trouble_of(std::optional<net::ExchangeFailure> failure) {
  return failure == net::ExchangeFailure::too_large ? Trouble::lasting : Trouble::passing;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

/// One file on its way.
struct MediaFetcher::Flight {
  std::string name;
  service::RemoteFile file;
  std::string wanted;    // what the row named when we began
  std::string url;       // after redirects
  std::string domain;    // at which it has a place, or waits for one; "" = none
  bool at_host = false;  // has that place
  bool running = false;
  bool ahead = false;    // nobody looks yet
  bool claimed = false;  // other processes wait for it
  bool over = false;     // whoever waited has been answered: the claim is left to end
  std::size_t max_bytes = 0;
  int hops = 0;
  std::chrono::milliseconds pause = kPause;
  std::optional<media::WorkFolder> folder;
  std::filesystem::path path;
};

MediaFetcher::MediaFetcher(net::Exchanger& exchanger, net::Workers& workers, service::RemoteMediaService& media,
                           std::set<std::string> own_authorities, std::function<bool(std::string_view)> may_fetch)
    : exchanger_(exchanger),
      workers_(workers),
      media_(media),
      own_authorities_(std::move(own_authorities)),
      may_fetch_(std::move(may_fetch)),
      asker_([this](const std::stop_token& stop) { ask_again(stop); }) {}

net::FetchFunction MediaFetcher::before(net::FetchFunction next) {
  return [this, next = std::move(next)](service::RemoteRequest request, Done done) {
    if (request.kind == service::RemoteKind::media) return fetch(request.url, std::move(done));
    next(std::move(request), std::move(done));
  };
}

void MediaFetcher::fetch(const std::string& name, Done done) {
  const auto file = service::RemoteFile::parse(name);
  FlightPtr flight;
  std::string refused;
  {
    const std::lock_guard lock(mutex_);
    if (!file || stopped_) {
      refused = "cancelled";
    } else if (const auto known = asking_.find(name); known != asking_.end()) {
      known->second.done.push_back(std::move(done));
      promote(known->second.flight);
      flight = take_next();
      if (!flight) return;
    } else if (asking_.size() >= kMostWaiting) {
      refused = "overloaded: too many files wait";
    } else {
      flight = admit(name, *file, false);
      asking_[name].done.push_back(std::move(done));
      if (!flight) return;
    }
  }
  if (flight) return go_on(std::move(flight));
  service::RemoteDocument document;
  document.failure = std::move(refused);
  done(std::move(document));
}

bool MediaFetcher::offer(const std::string& name) {
  const auto file = service::RemoteFile::parse(name);
  if (!file) return true;  // nothing that could ever be fetched
  FlightPtr flight;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    if (asking_.contains(name)) return true;
    if (asking_.size() >= kMostAheadWaiting) return false;
    flight = admit(name, *file, true);
  }
  if (flight) go_on(std::move(flight));
  return true;
}

MediaFetcher::FlightPtr MediaFetcher::admit(const std::string& name, const service::RemoteFile& file, bool ahead) {
  auto flight = std::make_shared<Flight>();
  flight->name = name;
  flight->file = file;
  flight->ahead = ahead;
  asking_[name].flight = flight;
  (ahead ? ahead_ : waiting_).push_back(std::move(flight));
  return take_next();
}

void MediaFetcher::promote(const FlightPtr& flight) {
  if (!std::exchange(flight->ahead, false)) return;
  if (flight->running) --running_ahead_;
  if (const auto found = std::ranges::find(ahead_, flight); found != ahead_.end()) {
    ahead_.erase(found);
    waiting_.push_back(flight);
  }
  const auto at = hosts_.find(flight->domain);
  if (at == hosts_.end()) return;
  Host& host = at->second;
  if (flight->at_host) --host.running_ahead;
  if (const auto found = std::ranges::find(host.ahead, flight); found != host.ahead.end()) {
    host.ahead.erase(found);
    host.waiting.push_back(flight);
    let_in(host);
  }
}

bool MediaFetcher::has_place(const FlightPtr& flight) const {
  return running_ < kAtOnce && (!flight->ahead || running_ahead_ < kAheadAtOnce);
}

void MediaFetcher::take_place(const FlightPtr& flight) {
  flight->running = true;
  ++running_;
  if (flight->ahead) ++running_ahead_;
}

void MediaFetcher::leave_place(const FlightPtr& flight) {
  if (!std::exchange(flight->running, false)) return;
  --running_;
  if (flight->ahead) --running_ahead_;
}

template <class F>
void MediaFetcher::on_worker(FlightPtr flight, F work) {
  auto task = [this, flight, work = std::move(work)](net::Worker* worker) mutable {
    if (worker == nullptr) return finished(flight, "cancelled: stopping");
    try {
      work(*worker->session);
    } catch (const std::exception& e) {
      log::warn("a remote file could not be handled", {log::kv("file", flight->name), log::kv("what", e.what())});
      finished(flight, "internal error");
    }
  };
  if (!workers_.post(net::Lane::fetched, std::move(task))) finished(flight, "overloaded: no worker for files");
}

void MediaFetcher::start(FlightPtr flight) {
  on_worker(flight, [this, flight](db::Session& session) {
    if (flight->over) return end_late(session, flight);
    auto wanted = media_.begin(session, flight->file);
    if (!wanted) return finished(flight, wanted.error().detail);
    if (!*wanted) return finished(flight, {});
    if ((*wanted)->by_other) return wait_for_other(flight);
    flight->claimed = true;
    auto folder = media_.new_folder();
    if (!folder) {
      end_claim(session, flight);
      return finished(flight, folder.error().detail);
    }
    flight->folder.emplace(*std::move(folder));
    flight->wanted = flight->url = (*wanted)->url;
    flight->max_bytes = (*wanted)->max_bytes;
    enter_host(flight);
  });
}

void MediaFetcher::end_claim(db::Session& session, const FlightPtr& flight) {
  media_.end(session, flight->file);
  flight->claimed = false;
}

void MediaFetcher::end_late(db::Session& session, const FlightPtr& flight) {
  bool fetched_again = false;
  {
    const std::lock_guard lock(mutex_);
    fetched_again = asking_.contains(flight->name);
  }
  if (!fetched_again) end_claim(session, flight);
  flight->claimed = false;
  finished(flight, {});
}

void MediaFetcher::wait_for_other(FlightPtr flight) {
  FlightPtr next;
  bool stopped = false;
  {
    const std::lock_guard lock(mutex_);
    stopped = stopped_;
    if (!stopped) {
      const auto at = std::chrono::steady_clock::now() + flight->pause;
      flight->pause = std::min(2 * flight->pause, kLongestPause);
      elsewhere_.emplace(at, flight);
      leave_place(flight);
      next = take_next();
    }
  }
  if (stopped) return finished(flight, "cancelled: stopping");
  due_.notify_one();
  if (next) go_on(std::move(next));
}

void MediaFetcher::ask_again(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (elsewhere_.empty()) {
      due_.wait(lock, stop, [this] { return !elsewhere_.empty(); });
      continue;
    }
    const auto first = elsewhere_.begin()->first;
    if (std::chrono::steady_clock::now() < first) {
      due_.wait_until(lock, stop, first,
                      [this, first] { return elsewhere_.empty() || elsewhere_.begin()->first < first; });
      continue;
    }
    auto& flight = elsewhere_.begin()->second;
    (flight->ahead ? ahead_ : waiting_).push_back(std::move(flight));
    elsewhere_.erase(elsewhere_.begin());
    auto next = take_next();
    if (!next) continue;  // it has its turn when another ends
    lock.unlock();
    go_on(std::move(next));
    lock.lock();
  }
}

/// Asks, or waits its turn at the host without standing in anybody else's way.
void MediaFetcher::enter_host(FlightPtr flight) {
  const auto url = Url::parse(flight->url);
  if (!url) return conclude(flight, "refused address: the URL is malformed", Trouble::lasting);
  FlightPtr next;
  bool entered = false;  // who waits may have got its turn before we look again
  bool refused = false;
  {
    const std::lock_guard lock(mutex_);
    flight->domain = activitypub::HostBudget::registrable(url->authority());
    Host& host = hosts_[flight->domain];
    entered = take_host(host, flight);
    auto& queue = flight->ahead ? host.ahead : host.waiting;
    refused = !entered && queue.size() >= kMostWaitingOfDomain;
    if (!entered && !refused) {
      queue.push_back(flight);
      leave_place(flight);
      next = take_next();
    }
  }
  if (entered) return ask(std::move(flight));
  if (refused) return conclude(flight, "overloaded: too many files of its server wait", std::nullopt);
  if (next) go_on(std::move(next));
}

bool MediaFetcher::take_host(Host& host, const FlightPtr& flight) const {
  const bool slow = hung_.is_slow(flight->domain, std::chrono::steady_clock::now());
  const std::size_t most = slow ? kPerSlowDomain : kPerDomain;
  if (host.running >= most || (flight->ahead && host.running_ahead >= most / 2)) return false;
  flight->at_host = true;
  ++host.running;
  if (flight->ahead) ++host.running_ahead;
  return true;
}

void MediaFetcher::leave_host(const FlightPtr& flight) {
  if (!std::exchange(flight->at_host, false)) return;
  const auto found = hosts_.find(flight->domain);
  Host& host = found->second;
  --host.running;
  if (flight->ahead) --host.running_ahead;
  let_in(host);
  if (host.running == 0) hosts_.erase(found);
}

void MediaFetcher::let_in(Host& host) {
  for (auto* queue : {&host.waiting, &host.ahead}) {
    while (!queue->empty() && take_host(host, queue->front())) {
      ready_.push_back(std::move(queue->front()));
      queue->pop_front();
    }
  }
}

void MediaFetcher::note_hang(const FlightPtr& flight, const Error& error) {
  if (net::failure_of(error) != net::ExchangeFailure::timeout || net::is_timeout_before_asking(error)) return;
  const std::lock_guard lock(mutex_);
  hung_.hung(flight->domain, flight->name, std::chrono::steady_clock::now());
}

MediaFetcher::FlightPtr MediaFetcher::take_next() {
  if (running_ >= kAtOnce) return {};
  for (auto* queue : {&ready_, &waiting_, &ahead_}) {
    const auto found = std::ranges::find_if(*queue, [this](const FlightPtr& flight) { return has_place(flight); });
    if (found == queue->end()) continue;
    auto next = std::move(*found);
    queue->erase(found);
    take_place(next);
    return next;
  }
  return {};
}

void MediaFetcher::go_on() {
  for (;;) {
    FlightPtr next;
    {
      const std::lock_guard lock(mutex_);
      next = take_next();
    }
    if (!next) return;
    go_on(std::move(next));
  }
}

void MediaFetcher::go_on(FlightPtr flight) {
  if (flight->at_host) return ask(std::move(flight));
  start(std::move(flight));
}

void MediaFetcher::ask(FlightPtr flight) {
  const auto url = Url::parse(flight->url);
  if (!url) return conclude(flight, "refused address: the URL is malformed", Trouble::lasting);
  if (own_authorities_.contains(url->authority()))
    return conclude(flight, "refused address: our own host", Trouble::lasting);
  if (!may_fetch_(url->authority())) return conclude(flight, "refused by the domain policy", Trouble::passing);
  http::OutboundRequest request;
  request.url = url->str();
  request.headers.add("Accept", "image/*, video/*, audio/*;q=0.9, */*;q=0.1");
  request.timeout = kTimeout;
  request.max_body_bytes = flight->max_bytes;
  flight->path = flight->folder->path() / ("answer" + std::to_string(flight->hops));
  request.body_file = flight->path;
  exchanger_.exchange(std::move(request),
                      [this, flight](Result<http::OutboundResponse> answer) { answered(flight, std::move(answer)); });
}

/// To where it was redirected: another server has places of its own.
void MediaFetcher::move_on(FlightPtr flight) {
  const auto url = Url::parse(flight->url);
  if (url && activitypub::HostBudget::registrable(url->authority()) == flight->domain) return ask(std::move(flight));
  {
    const std::lock_guard lock(mutex_);
    leave_host(flight);
  }
  go_on();
  enter_host(std::move(flight));
}

void MediaFetcher::answered(FlightPtr flight, Result<http::OutboundResponse> answer) {
  if (!answer) {
    const auto failure = net::failure_of(answer.error());
    const bool ours = failure == net::ExchangeFailure::cancelled || failure == net::ExchangeFailure::overloaded;
    note_hang(flight, answer.error());
    return conclude(flight, answer.error().detail, ours ? std::nullopt : std::optional(trouble_of(failure)));
  }
  {
    const std::lock_guard lock(mutex_);
    hung_.answered(flight->domain);
  }
  if (is_redirect(answer->status)) {
    const auto from = Url::parse(flight->url);
    const std::string* location = answer->headers.find("Location");
    const auto next = from && location != nullptr ? from->resolve(*location) : std::nullopt;
    if (!next || (from->scheme == "https" && next->scheme != "https")) {
      return conclude(flight, "protocol: redirected to nowhere", Trouble::passing);
    }
    if (++flight->hops > kMaxRedirects) return conclude(flight, "protocol: redirected too often", Trouble::passing);
    flight->url = next->str();
    return move_on(flight);
  }
  if (answer->status != 200)
    return conclude(flight, "status " + std::to_string(answer->status), trouble_of(answer->status));
  on_worker(flight, [this, flight](db::Session& session) {
    const auto done = media_.finish(session, flight->file, flight->wanted, *flight->folder, flight->path);
    std::string failure;
    if (!done) {
      const auto& error = done.error();
      failure = error.detail.empty() ? error.message : error.detail;
      if (error.code == Errc::invalid) media_.failed(session, flight->file, failure, Trouble::lasting);
    }
    end_claim(session, flight);
    finished(flight, failure);
  });
}

/// It failed before anything was looked at. `trouble`: the other side's fault, not asked again for a while.
void MediaFetcher::conclude(FlightPtr flight, std::string failure, std::optional<Trouble> trouble) {
  on_worker(flight, [this, flight, failure = std::move(failure), trouble](db::Session& session) {
    if (trouble) media_.failed(session, flight->file, failure, *trouble);
    end_claim(session, flight);
    finished(flight, failure);
  });
}

void MediaFetcher::finished(const FlightPtr& flight, const std::string& failure) {
  flight->folder.reset();
  std::vector<Done> asking;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = asking_.find(flight->name); found != asking_.end() && found->second.flight == flight) {
      asking = std::move(found->second.done);
      asking_.erase(found);
    }
    leave_place(flight);
    leave_host(flight);
    // The database was gone, or no worker was free: the claim is ended later.
    if (flight->claimed && !stopped_) {
      flight->over = true;
      flight->ahead = false;
      elsewhere_.emplace(std::chrono::steady_clock::now() + flight->pause, flight);
      flight->pause = std::min(2 * flight->pause, kLongestPause);
      due_.notify_one();
    }
  }
  for (Done& done : asking) {
    service::RemoteDocument document;
    document.failure = failure;
    if (failure.empty()) document.status = 200;
    done(std::move(document));
  }
  go_on();
}

void MediaFetcher::stop() {
  asker_ = {};
  std::vector<Done> turned_away;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    std::deque<FlightPtr> waiting = std::exchange(waiting_, {});
    for (auto* queue : {&ready_, &ahead_}) {
      for (auto& flight : std::exchange(*queue, {})) waiting.push_back(std::move(flight));
    }
    for (auto& [name, host] : hosts_) {
      for (auto* queue : {&host.waiting, &host.ahead}) {
        for (auto& flight : std::exchange(*queue, {})) waiting.push_back(std::move(flight));
      }
    }
    for (auto& [at, flight] : std::exchange(elsewhere_, {})) waiting.push_back(flight);
    for (const FlightPtr& flight : waiting) {
      const auto found = asking_.find(flight->name);
      if (found == asking_.end() || found->second.flight != flight) continue;
      for (Done& done : found->second.done) turned_away.push_back(std::move(done));
      asking_.erase(found);
    }
  }
  for (Done& done : turned_away) {
    service::RemoteDocument document;
    document.failure = "cancelled: stopping";
    done(std::move(document));
  }
}

}  // namespace dunlin::daemon
