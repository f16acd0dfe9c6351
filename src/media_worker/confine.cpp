#include "confine.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace dunlin::media_worker {

namespace {

std::string failed(const char* what) {
  return std::string(what) + ": " + std::strerror(errno);
}

bool limit(__rlimit_resource_t what, std::uint64_t value) {
  const rlimit both{value, value};
  return setrlimit(what, &both) == 0;
}

constexpr std::uint64_t kReadRights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
/// All rights of the first version of Landlock: what is not named here is not restricted.
constexpr std::uint64_t kAllRights = kReadRights | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

bool allow(int rules, const char* path, std::uint64_t rights) {
  landlock_path_beneath_attr beneath{};
  beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
  if (beneath.parent_fd < 0) return errno == ENOENT;
  beneath.allowed_access = rights;
  const bool added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
  close(beneath.parent_fd);
  return added;
}

std::string confine_files(const std::filesystem::path& folder) {
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = kAllRights;
  const auto rules = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (rules < 0) {
    // An older kernel, or one that was started without it: the other limits still hold.
    return errno == ENOSYS || errno == EOPNOTSUPP ? std::string() : failed("landlock");
  }
  constexpr std::uint64_t kFile = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
  bool ok = true;
  for (const char* path : {"/usr", "/lib", "/lib64", "/bin"}) ok = ok && allow(rules, path, kReadRights);
  // Of /etc only what the loader needs: our own configuration, with its secrets, lies there too.
  ok = ok && allow(rules, "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE);
  for (const char* path : {"/dev/null", "/dev/urandom"}) ok = ok && allow(rules, path, kFile);
  ok = ok && allow(rules, folder.c_str(), kAllRights & ~LANDLOCK_ACCESS_FS_EXECUTE);
  ok = ok && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  const auto why = ok ? std::string() : failed("landlock");
  close(rules);
  return why;
}

/// What no decoder needs: the network, other processes, the kernel's odder corners.
std::string confine_calls() {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (filter == nullptr) return "seccomp: no filter";
  bool ok = true;
  for (const int call : {SCMP_SYS(socket),
                         SCMP_SYS(connect),
                         SCMP_SYS(bind),
                         SCMP_SYS(listen),
                         SCMP_SYS(accept),
                         SCMP_SYS(accept4),
                         SCMP_SYS(ptrace),
                         SCMP_SYS(process_vm_readv),
                         SCMP_SYS(process_vm_writev),
                         SCMP_SYS(kill),
                         SCMP_SYS(tkill),
                         SCMP_SYS(pidfd_open),
                         SCMP_SYS(pidfd_getfd),
                         SCMP_SYS(mount),
                         SCMP_SYS(umount2),
                         SCMP_SYS(pivot_root),
                         SCMP_SYS(chroot),
                         SCMP_SYS(unshare),
                         SCMP_SYS(setns),
                         SCMP_SYS(bpf),
                         SCMP_SYS(perf_event_open),
                         SCMP_SYS(userfaultfd),
                         SCMP_SYS(io_uring_setup),
                         SCMP_SYS(keyctl),
                         SCMP_SYS(add_key),
                         SCMP_SYS(request_key),
                         SCMP_SYS(init_module),
                         SCMP_SYS(finit_module),
                         SCMP_SYS(kexec_load),
                         SCMP_SYS(reboot),
                         SCMP_SYS(swapon)}) {
    ok = ok && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) == 0;
  }
  const int loaded = ok ? seccomp_load(filter) : -EINVAL;
  seccomp_release(filter);
  return loaded == 0 ? std::string() : std::string("seccomp: ") + std::strerror(-loaded);
}

}  // namespace

std::string confine(const std::filesystem::path& folder, const Limits& limits) {
  // The parent's sockets and files.
  if (close_range(3, ~0U, 0) != 0) return failed("close_range");
  // Gone with the thread that waits for us.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("prctl");
  constexpr std::uint64_t kOpenFiles = 64;
  const bool limited = limit(RLIMIT_AS, limits.memory_bytes) && limit(RLIMIT_CPU, limits.cpu_seconds) &&
                       limit(RLIMIT_FSIZE, limits.file_bytes) && limit(RLIMIT_NOFILE, kOpenFiles) &&
                       limit(RLIMIT_CORE, 0);
  if (!limited) return failed("setrlimit");
  // Timelines first: whatever else wants the processor gets it.
  const sched_param none{};
  constexpr int kLast = 19;
  if (sched_setscheduler(0, SCHED_BATCH, &none) != 0 || nice(kLast) == -1) return failed("nice");
  if (auto why = confine_files(folder); !why.empty()) return why;
  return confine_calls();
}

}  // namespace dunlin::media_worker
