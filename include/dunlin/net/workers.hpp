#pragma once

#include "dunlin/db/tx.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace dunlin::net {

/// Kinds of blocking work that must not starve one another: each has its own threads and its own bounded queue.
/// `media` is for people's uploads; `fetched` for files of other servers, and films that are converted; `passing` for
/// files that pass through from a store elsewhere.
enum class Lane : std::uint8_t { read, write, inbox, jobs, media, fetched, passing };
inline constexpr std::size_t kLanes = 7;
std::string_view to_string(Lane lane);

struct LaneOptions {
  int threads = 1;
  std::size_t queue = 256;  // waiting, beyond the running ones; more is refused at once
};

struct WorkersOptions {
  std::array<LaneOptions, kLanes> lanes{LaneOptions{4, 512},  LaneOptions{2, 256}, LaneOptions{2, 256},
                                        LaneOptions{2, 1024}, LaneOptions{1, 64},  LaneOptions{1, 1024},
                                        LaneOptions{0, 0}};
  LaneOptions crypto{2, 4096};  // signatures; no database session
  LaneOptions files{1, 1024};   // spooled bodies; no database session

  LaneOptions& operator[](Lane lane) { return lanes[static_cast<std::size_t>(lane)]; }
};

/// Shares `request_workers` threads out over the lanes of requests, half of them to reads, and gives jobs two.
WorkersOptions share_workers(int request_workers);

/// What a worker thread owns. `session` is null on the crypto and files pools.
struct Worker {
  std::unique_ptr<db::Session> session;
};

/// Runs once: with the worker's own state, or with null when the pool stops before its turn came. Must not throw.
using Task = std::move_only_function<void(Worker*)>;
using SessionFactory = std::function<std::unique_ptr<db::Session>()>;

class TaskQueue;

/// The bounded pools on which all blocking code runs. Any thread may post.
class Workers {
 public:
  Workers(const WorkersOptions& options, const SessionFactory& make_session);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// False: the queue is full or the pool has stopped; `task` is untouched then.
  bool post(Lane lane, Task&& task);
  bool post_crypto(Task&& task);
  bool post_file(Task&& task);

  /// Waiting tasks of a lane, for metrics.
  [[nodiscard]] std::size_t waiting(Lane lane) const;

  /// Drops what waits (each task is called with null), lets the running ones finish, joins. Idempotent.
  void stop();

 private:
  std::array<std::unique_ptr<TaskQueue>, kLanes> lanes_;
  std::unique_ptr<TaskQueue> crypto_;
  std::unique_ptr<TaskQueue> files_;
};

}  // namespace dunlin::net
