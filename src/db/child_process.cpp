#include "child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace dunlin::db {

namespace {

/// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const ChildOptions& options, int output, pid_t parent, char* const* argv, char* const* envp) {
  if (options.death_signal != 0) setpgid(0, 0);
  if (options.user) {
    if (setgroups(0, nullptr) != 0 || setgid(options.user->gid) != 0 || setuid(options.user->uid) != 0) _exit(126);
  }
  if (options.death_signal != 0) {
    prctl(PR_SET_PDEATHSIG, options.death_signal);  // after setuid, which clears it
    if (getppid() != parent) _exit(126);
  }
  if (chdir(options.directory.c_str()) != 0) _exit(126);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  close_range(3, ~0U, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGCHLD}) std::signal(signal, SIG_DFL);
  umask(0077);
  execve(argv[0], argv, envp);
  _exit(127);
}

}  // namespace

pid_t spawn_child(const ChildOptions& options) {
  std::vector<char*> argv;
  for (const auto& word : options.command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::string locale = "LC_ALL=C";
  const std::vector<char*> envp{path.data(), locale.data(), nullptr};
  const int output = open(options.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) throw std::system_error(errno, std::generic_category(), options.output);
  const auto parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(options, output, parent, argv.data(), envp.data());
  const int error = errno;
  close(output);
  if (child < 0) throw std::system_error(error, std::generic_category(), "fork");
  return child;
}

std::optional<int> poll_child(pid_t child) {
  int status = 0;
  const auto result = waitpid(child, &status, WNOHANG);
  if (result == 0) return std::nullopt;
  return result == child ? status : -1;
}

int wait_child(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

}  // namespace dunlin::db
