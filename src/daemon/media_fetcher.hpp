#pragma once

#include "dunlin/net/application.hpp"
#include "dunlin/net/client.hpp"
#include "dunlin/net/workers.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/remote_media.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dunlin::daemon {

/// Fetches files of other servers into the cache: each at most once at a time however many ask for it, here and in
/// other processes on the same database; a bounded number at once, of them a few of one host, so that one that hangs
/// does not keep the others waiting; streamed to the disk. What came is looked at on the media lane.
class MediaFetcher {
 public:
  using Done = std::move_only_function<void(service::RemoteDocument)>;

  /// `may_fetch`: whether anything is asked of this host. References outlive the fetcher.
  MediaFetcher(net::Exchanger& exchanger, net::Workers& workers, service::RemoteMediaService& media,
               std::set<std::string> own_authorities, std::function<bool(std::string_view host)> may_fetch);
  MediaFetcher(const MediaFetcher&) = delete;
  MediaFetcher& operator=(const MediaFetcher&) = delete;

  /// `name`: RemoteFile::name(). Calls back once, from any thread: `failure` is empty when the file is in the cache.
  void fetch(const std::string& name, Done done);
  /// `next`, with the files fetched here.
  [[nodiscard]] net::FetchFunction before(net::FetchFunction next);

  /// Turns away what waits; what runs ends with the exchanger and the workers.
  void stop();

 private:
  struct Flight;
  using FlightPtr = std::shared_ptr<Flight>;

  void start(FlightPtr flight);
  void wait_for_other(FlightPtr flight);
  /// Asks again what became of what other processes fetch.
  void ask_again(const std::stop_token& stop);
  void enter_host(FlightPtr flight);
  void ask(FlightPtr flight);
  void answered(FlightPtr flight, Result<http::OutboundResponse> answer);
  void conclude(FlightPtr flight, std::string failure, bool remember);
  /// On a worker of the media lane; `refused` when none takes it.
  template <class F>
  void on_worker(FlightPtr flight, F work);
  void finished(const FlightPtr& flight, const std::string& failure);
  /// The next that may run, counted as running; empty: none, or no room. The mutex is held.
  FlightPtr take_next();
  void go_on(FlightPtr flight);

  net::Exchanger& exchanger_;
  net::Workers& workers_;
  service::RemoteMediaService& media_;
  const std::set<std::string> own_authorities_;
  const std::function<bool(std::string_view)> may_fetch_;

  std::mutex mutex_;
  std::map<std::string, std::vector<Done>> asking_;  // by name: who waits for it
  std::deque<FlightPtr> waiting_;
  /// Of one host: how many are asked for, and those that know what they want and wait for their turn.
  struct Host {
    std::size_t running = 0;
    std::deque<FlightPtr> waiting;
  };
  std::map<std::string, Host, std::less<>> hosts_;
  std::deque<FlightPtr> ready_;  // the host has room for them
  std::size_t running_ = 0;
  bool stopped_ = false;
  std::multimap<std::chrono::steady_clock::time_point, FlightPtr> elsewhere_;  // by when they are asked about again
  std::condition_variable_any due_;
  std::jthread asker_;
};

}  // namespace dunlin::daemon
