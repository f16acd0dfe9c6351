#include "media_fetcher.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/media/work_folder.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr std::size_t kAtOnce = 32;
constexpr std::size_t kPerHost = 6;
constexpr std::size_t kMostWaiting = 1024;
constexpr int kMaxRedirects = 3;
constexpr std::chrono::seconds kTimeout{120};
/// What another process fetches is asked about again after so long, then twice as long, up to the longest.
constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

/// One file on its way.
struct MediaFetcher::Flight {
  std::string name;
  service::RemoteFile file;
  std::string wanted;  // what the row named when we began
  std::string url;     // after redirects
  std::string host;    // of what was wanted; "" = not known yet
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
      known->second.push_back(std::move(done));
      return;
    } else if (asking_.size() >= kMostWaiting) {
      refused = "overloaded: too many files wait";
    } else {
      asking_[name].push_back(std::move(done));
      flight = std::make_shared<Flight>();
      flight->name = name;
      flight->file = *file;
      if (running_ >= kAtOnce) {
        waiting_.push_back(std::move(flight));
        return;
      }
      ++running_;
    }
  }
  if (flight) return start(std::move(flight));
  service::RemoteDocument document;
  document.failure = std::move(refused);
  done(std::move(document));
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
  if (!workers_.post(net::Lane::media, std::move(task))) finished(flight, "overloaded: no worker for media");
}

void MediaFetcher::start(FlightPtr flight) {
  on_worker(flight, [this, flight](db::Session& session) {
    auto wanted = media_.begin(session, flight->file);
    if (!wanted) return finished(flight, wanted.error().detail);
    if (!*wanted) return finished(flight, {});
    if ((*wanted)->by_other) return wait_for_other(flight);
    auto folder = media_.new_folder();
    if (!folder) {
      media_.end(session, flight->file);
      return finished(flight, folder.error().detail);
    }
    flight->folder.emplace(*std::move(folder));
    flight->wanted = flight->url = (*wanted)->url;
    flight->max_bytes = (*wanted)->max_bytes;
    enter_host(flight);
  });
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
      --running_;
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
    waiting_.push_back(std::move(elsewhere_.begin()->second));
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
  if (!url) return conclude(flight, "refused address: the URL is malformed", true);
  FlightPtr next;
  bool entered = false;  // who waits may have got its turn before we look again
  {
    const std::lock_guard lock(mutex_);
    Host& host = hosts_[url->authority()];
    entered = host.running < kPerHost;
    if (entered) {
      flight->host = url->authority();
      ++host.running;
    } else {
      host.waiting.push_back(flight);
      --running_;
      next = take_next();
    }
  }
  if (entered) return ask(std::move(flight));
  if (next) go_on(std::move(next));
}

MediaFetcher::FlightPtr MediaFetcher::take_next() {
  if (running_ >= kAtOnce) return {};
  for (auto* queue : {&ready_, &waiting_}) {
    if (queue->empty()) continue;
    auto next = std::move(queue->front());
    queue->pop_front();
    ++running_;
    return next;
  }
  return {};
}

void MediaFetcher::go_on(FlightPtr flight) {
  const bool knows_its_host = !flight->host.empty();
  if (knows_its_host) return ask(std::move(flight));
  start(std::move(flight));
}

void MediaFetcher::ask(FlightPtr flight) {
  const auto url = Url::parse(flight->url);
  if (!url) return conclude(flight, "refused address: the URL is malformed", true);
  if (own_authorities_.contains(url->authority())) return conclude(flight, "refused address: our own host", true);
  if (!may_fetch_(url->authority())) return conclude(flight, "refused by the domain policy", true);
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

void MediaFetcher::answered(FlightPtr flight, Result<http::OutboundResponse> answer) {
  if (!answer) {
    const auto failure = net::failure_of(answer.error());
    const bool ours = failure == net::ExchangeFailure::cancelled || failure == net::ExchangeFailure::overloaded;
    return conclude(flight, answer.error().detail, !ours);
  }
  if (is_redirect(answer->status)) {
    const auto from = Url::parse(flight->url);
    const std::string* location = answer->headers.find("Location");
    const auto next = from && location != nullptr ? from->resolve(*location) : std::nullopt;
    if (!next || (from->scheme == "https" && next->scheme != "https")) {
      return conclude(flight, "protocol: redirected to nowhere", true);
    }
    if (++flight->hops > kMaxRedirects) return conclude(flight, "protocol: redirected too often", true);
    flight->url = next->str();
    return ask(flight);
  }
  if (answer->status != 200) return conclude(flight, "status " + std::to_string(answer->status), true);
  on_worker(flight, [this, flight](db::Session& session) {
    const auto done = media_.finish(session, flight->file, flight->wanted, *flight->folder, flight->path);
    std::string failure;
    if (!done) {
      const auto& error = done.error();
      failure = error.detail.empty() ? error.message : error.detail;
      if (error.code == Errc::invalid) media_.failed(session, flight->file, failure);
    }
    media_.end(session, flight->file);
    finished(flight, failure);
  });
}

/// It failed before anything was looked at. `remember`: the other side's fault, not asked again for a while.
void MediaFetcher::conclude(FlightPtr flight, std::string failure, bool remember) {
  on_worker(flight, [this, flight, failure = std::move(failure), remember](db::Session& session) {
    if (remember) media_.failed(session, flight->file, failure);
    media_.end(session, flight->file);
    finished(flight, failure);
  });
}

void MediaFetcher::finished(const FlightPtr& flight, const std::string& failure) {
  flight->folder.reset();
  std::vector<Done> asking;
  FlightPtr next;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = asking_.find(flight->name); found != asking_.end()) {
      asking = std::move(found->second);
      asking_.erase(found);
    }
    --running_;
    if (const auto host = hosts_.find(flight->host); host != hosts_.end()) {
      if (host->second.waiting.empty()) {
        if (--host->second.running == 0) hosts_.erase(host);
      } else {  // its place goes to the next of this host
        host->second.waiting.front()->host = flight->host;
        ready_.push_back(std::move(host->second.waiting.front()));
        host->second.waiting.pop_front();
      }
    }
    next = take_next();
  }
  for (Done& done : asking) {
    service::RemoteDocument document;
    document.failure = failure;
    if (failure.empty()) document.status = 200;
    done(std::move(document));
  }
  if (next) go_on(std::move(next));
}

void MediaFetcher::stop() {
  asker_ = {};
  std::vector<Done> turned_away;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    std::deque<FlightPtr> waiting = std::exchange(waiting_, {});
    for (auto& flight : std::exchange(ready_, {})) waiting.push_back(std::move(flight));
    for (auto& [name, host] : hosts_) {
      for (auto& flight : std::exchange(host.waiting, {})) waiting.push_back(std::move(flight));
    }
    for (auto& [at, flight] : std::exchange(elsewhere_, {})) waiting.push_back(flight);
    for (const FlightPtr& flight : waiting) {
      const auto found = asking_.find(flight->name);
      if (found == asking_.end()) continue;
      for (Done& done : found->second) turned_away.push_back(std::move(done));
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
