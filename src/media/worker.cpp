#include "dunlin/media/worker.hpp"

#include "dunlin/base/text.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

namespace dunlin::media {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = 1UL << 20U;
constexpr std::size_t kMaxComplaint = 8192;
constexpr int kThreads = 2;  // that may work at once
constexpr int kBadFile = 2;
constexpr int kPatienceShare = 6;  // of its time, until one that gets no processor asks for more of it
constexpr const char* kBroken = "Error processing thumbnail for uploaded media";

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  ~Pipe() {
    close_write();
    if (ends_[0] >= 0) ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] bool is_open() const { return ends_[0] >= 0; }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  void close_write() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// How much of the processor it asks for.
enum class Priority : std::uint8_t {
  idle,    // timelines first: whatever else wants the processor gets it, and at once (sched(7), SCHED_IDLE)
  normal,  // an ordinary process, of less weight
};
constexpr int kNice = 5;

/// Not left to the child: until it runs a line of its own the loader has worked on its hundred libraries for 25 ms.
/// Best effort here; the child sees to the first, too.
void set_priority(pid_t child, Priority priority) {
  if (priority == Priority::normal) {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(child), kNice);
    return;
  }
  const sched_param none{};
  ::sched_setscheduler(child, SCHED_IDLE, &none);
}

/// posix_spawn with a clean slate: no input, own process group, no signals blocked or ignored, a short environment.
Result<pid_t> spawn(const std::vector<std::string>& command, Priority priority, const Pipe& output,
                    const Pipe& complaint) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/bin:/bin";
  std::string locale = "LC_ALL=C.UTF-8";
  std::string temporary = "TMPDIR=.";
  std::string arenas = "MALLOC_ARENA_MAX=2";  // each takes 64 MiB of the address space, for each thread and core
  const std::array<char*, 5> environment{path.data(), locale.data(), temporary.data(), arenas.data(), nullptr};

  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output.write_end(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, complaint.write_end(), STDERR_FILENO);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, argv[0], &files, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return fail(Errc::internal, kBroken, command.front() + ": " + std::strerror(error));
  set_priority(child, priority);
  return child;
}

/// Reads both pipes until they end. false: out of time, or too much was written; it may be called again.
bool read_all(const Pipe& output, const Pipe& complaint, SteadyClock::time_point deadline, std::string& out,
              std::string& err) {
  std::array<pollfd, 2> ends{pollfd{output.read_end(), POLLIN, 0}, pollfd{complaint.read_end(), POLLIN, 0}};
  std::array<char, 16384> piece;
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    if (left <= 0) return false;
    const int ready = ::poll(ends.data(), ends.size(), static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return false;
    for (std::size_t i = 0; i < ends.size() && ready > 0; ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      const ssize_t count = ::read(ends[i].fd, piece.data(), piece.size());
      if (count <= 0) {
        ends[i].fd = -1;
        continue;
      }
      const std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
      if (i == 0) {
        out.append(bytes);
        if (out.size() > kMaxOutput) return false;
      } else if (err.size() < kMaxComplaint) {
        err.append(bytes);
      }
    }
  }
  return true;
}

/// Whether the process has ended by then. One that has closed its pipes may still run.
bool ends_by(pid_t child, SteadyClock::time_point deadline) {
  const auto process = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (process < 0) return false;
  pollfd end{process, POLLIN, 0};
  int ready = 0;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    ready = ::poll(&end, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
  } while (ready <= 0 && SteadyClock::now() < deadline);
  ::close(process);
  return ready > 0;
}

std::chrono::milliseconds processor_time(const rusage& used) {
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return std::chrono::duration_cast<std::chrono::milliseconds>(of(used.ru_utime) + of(used.ru_stime));
}

/// Of all its threads, so far.
std::chrono::milliseconds processor_time(pid_t child) {
  clockid_t clock = 0;
  timespec used{};
  if (::clock_getcpuclockid(child, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::seconds(used.tv_sec) +
                                                               std::chrono::nanoseconds(used.tv_nsec));
}

/// It failed for want of something that is no fault of the file; "" = nothing was wanting.
std::string what_was_wanting(const std::filesystem::path& folder, const WorkLimits& limits, bool in_time,
                             const rusage& used) {
  constexpr std::uintmax_t kLeastSpace = 8UL << 20U;
  std::error_code ec;
  const auto space = std::filesystem::space(folder, ec);
  if (!ec && space.available < kLeastSpace) return "no space left in " + folder.string();
  // It runs when nobody else wants to: on a busy machine that may be never.
  constexpr int kShare = 4;
  if (!in_time && processor_time(used) < limits.time / kShare) return "the processor was busy with other things";
  return {};
}

std::string last_line(std::string_view text) {
  text = text::trim(text);
  const auto start = text.rfind('\n');
  return text::to_valid_utf8(start == std::string_view::npos ? text : text.substr(start + 1));
}

/// One run of the program.
class Child {
 public:
  static Result<std::unique_ptr<Child>> start(const std::vector<std::string>& command, Priority priority) {
    auto child = std::make_unique<Child>();
    if (!child->output_.is_open() || !child->complaint_.is_open()) return fail(Errc::unavailable, "", "no pipes");
    child->pid_ = TRY(spawn(command, priority, child->output_, child->complaint_));
    child->output_.close_write();
    child->complaint_.close_write();
    return child;
  }
  Child() = default;
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Whether it has ended by then; not when it says too much.
  bool ends_by(SteadyClock::time_point deadline) {
    in_time_ = read_all(output_, complaint_, deadline, out_, err_) && media::ends_by(pid_, deadline);
    return in_time_;
  }
  /// It stood back the whole time, and got next to nothing.
  [[nodiscard]] bool has_starved(std::chrono::milliseconds since) const {
    constexpr int kShare = 8;
    return out_.size() <= kMaxOutput && processor_time(pid_) < since / kShare;
  }
  /// It runs no line of its own any more. It is not waited for yet, so that the number is still its own.
  void kill() const { ::kill(-pid_, SIGKILL); }
  /// Kills it if it runs, and waits for it.
  void end() {
    if (pid_ == 0) return;
    if (!in_time_) kill();
    while (::wait4(pid_, &status_, 0, &used_) < 0 && errno == EINTR) {
    }
    pid_ = 0;
  }
  Result<std::string> take(const std::filesystem::path& folder, const WorkLimits& limits, bool is_program) {
    end();
    if (in_time_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 0) return std::move(out_);
    std::string why = last_line(err_);
    if (!in_time_) {
      why = "took too long, or said too much";
    } else if (WIFSIGNALED(status_)) {
      why = fmt::format("died of signal {} ({})", WTERMSIG(status_), why);
    }
    if (const auto wanting = what_was_wanting(folder, limits, in_time_, used_); !wanting.empty()) {
      return fail(Errc::unavailable, "", wanting);
    }
    // ffmpeg and ffprobe exit with 1 when they do not like a file.
    const bool ours = in_time_ && WIFEXITED(status_) && WEXITSTATUS(status_) != kBadFile && !is_program;
    return fail(ours ? Errc::internal : Errc::invalid, kBroken, why);
  }

 private:
  Pipe output_;
  Pipe complaint_;
  pid_t pid_ = 0;
  std::string out_;
  std::string err_;
  bool in_time_ = false;
  int status_ = 0;
  rusage used_{};
};

}  // namespace

Result<std::string> Worker::run(const std::filesystem::path& folder, const WorkLimits& limits,
                                const std::vector<std::string>& task) const {
  const auto command = [&](std::string_view priority) {
    std::vector<std::string> words{program_.string(),
                                   folder.string(),
                                   std::to_string(limits.memory_bytes),
                                   std::to_string(kThreads * limits.time.count()),
                                   std::to_string(limits.file_bytes),
                                   std::string(priority)};
    words.insert(words.end(), task.begin(), task.end());
    return words;
  };
  const auto begun = SteadyClock::now();
  const auto deadline = begun + limits.time;
  const auto patience = std::chrono::milliseconds(limits.time) / kPatienceShare;
  auto child = TRY(Child::start(command("idle"), Priority::idle));
  std::unique_ptr<Child> starved;
  if (!child->ends_by(begun + patience)) {
    if (child->has_starved(patience)) {
      // Only who may do more than others may make it an ordinary process again: another one begins anew (adr/0145). To
      // die it needs the processor, too: that is waited for when the other one has ended.
      child->kill();
      starved = std::exchange(child, TRY(Child::start(command("normal"), Priority::normal)));
    }
    child->ends_by(deadline);
  }
  return child->take(folder, limits, task.front() == "run");
}

std::filesystem::path default_worker_program() {
  std::error_code ec;
  return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path() / "dunlin-media";
}

}  // namespace dunlin::media
