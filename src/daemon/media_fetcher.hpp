#pragma once

#include "hung_domains.hpp"

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
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dunlin::daemon {

/// Fetches files of other servers into the cache: each at most once at a time however many ask for it, here and in
/// other processes on the same database; a bounded number at once, of them a few below one registrable domain, so that
/// one that hangs does not keep the others waiting; streamed to the disk. What came is looked at on its own lane.
/// Whoever looks goes before what is fetched ahead, which never takes more than half of the places, nor of those below
/// a domain.
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
  /// Fetches it when there is room, before anybody looks; nobody hears of it. false: too much waits already.
  bool offer(const std::string& name);
  /// `next`, with the files fetched here.
  [[nodiscard]] net::FetchFunction before(net::FetchFunction next);

  /// Turns away what waits; what runs ends with the exchanger and the workers.
  void stop();

 private:
  struct Flight;
  using FlightPtr = std::shared_ptr<Flight>;

  /// Takes a place, or waits; the one that may start at once. The mutex is held.
  FlightPtr admit(const std::string& name, const service::RemoteFile& file, bool ahead);
  /// Somebody looks at what is fetched ahead. The mutex is held.
  void promote(const FlightPtr& flight);
  void take_place(const FlightPtr& flight);
  void leave_place(const FlightPtr& flight);
  [[nodiscard]] bool has_place(const FlightPtr& flight) const;
  /// Below one domain: how many are asked for, and those that know what they want and wait for their turn.
  struct Host {
    std::size_t running = 0;
    std::size_t running_ahead = 0;
    std::deque<FlightPtr> waiting;
    std::deque<FlightPtr> ahead;  // wait behind the others
  };
  /// Takes a place at the host if there is one. This and the next two: the mutex is held.
  bool take_host(Host& host, const FlightPtr& flight) const;
  /// Its place at its host goes to the next.
  void leave_host(const FlightPtr& flight);
  /// Those who wait and may go on are ready.
  void let_in(Host& host);
  void note_hang(const FlightPtr& flight, const Error& error);
  void start(FlightPtr flight);
  /// Other processes need not wait for it any more.
  void end_claim(db::Session& session, const FlightPtr& flight);
  void end_late(db::Session& session, const FlightPtr& flight);
  void wait_for_other(FlightPtr flight);
  /// Asks again what became of what other processes fetch.
  void ask_again(const std::stop_token& stop);
  void enter_host(FlightPtr flight);
  void ask(FlightPtr flight);
  void move_on(FlightPtr flight);
  void answered(FlightPtr flight, Result<http::OutboundResponse> answer);
  void conclude(FlightPtr flight, std::string failure, std::optional<service::RemoteMediaService::Trouble> trouble);
  /// On a worker of the media lane; `refused` when none takes it.
  template <class F>
  void on_worker(FlightPtr flight, F work);
  void finished(const FlightPtr& flight, const std::string& failure);
  /// The next that may run, counted as running; empty: none, or no room. The mutex is held.
  FlightPtr take_next();
  void go_on(FlightPtr flight);
  /// All that may.
  void go_on();

  net::Exchanger& exchanger_;
  net::Workers& workers_;
  service::RemoteMediaService& media_;
  const std::set<std::string> own_authorities_;
  const std::function<bool(std::string_view)> may_fetch_;

  std::mutex mutex_;
  struct Asked {
    FlightPtr flight;
    std::vector<Done> done;  // who waits for it
  };
  std::map<std::string, Asked> asking_;  // by name
  std::deque<FlightPtr> waiting_;
  std::deque<FlightPtr> ahead_;  // wait behind the others
  std::map<std::string, Host, std::less<>> hosts_;
  std::deque<FlightPtr> ready_;  // the host has room for them
  HungDomains hung_;
  std::size_t running_ = 0;
  std::size_t running_ahead_ = 0;
  bool stopped_ = false;
  std::multimap<std::chrono::steady_clock::time_point, FlightPtr> elsewhere_;  // by when they are asked about again
  std::condition_variable_any due_;
  std::jthread asker_;
};

}  // namespace dunlin::daemon
