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

/// What a decoder may do in its folder: read and write plain files. No links, pipes or sockets, which would lead
/// whoever looks at what was made somewhere else.
constexpr std::uint64_t kFolderRights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                                        LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                        LANDLOCK_ACCESS_FS_MAKE_REG;
constexpr std::uint64_t kReadRights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
/// Since the third version of Landlock; the system's header may be older than its kernel.
constexpr std::uint64_t kTruncate = 1ULL << 14U;
constexpr int kTruncateSince = 3;
/// All rights of the first version: what is not named here is not restricted.
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
  const auto version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  const std::uint64_t truncate = version >= kTruncateSince ? kTruncate : 0;
  attributes.handled_access_fs = kAllRights | truncate;
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
  ok = ok && allow(rules, folder.c_str(), kFolderRights | truncate);
  ok = ok && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  const auto why = ok ? std::string() : failed("landlock");
  close(rules);
  return why;
}

/// When memory runs out it is this one that goes, not a database. Best effort: a container may forbid it.
void die_first() {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  static_cast<void>(write(file, "1000", 4));
  close(file);
}

/// Timelines first: whatever else wants the processor gets it, and at once (sched(7), SCHED_IDLE).
bool stand_back() {
  const sched_param none{};
  return sched_setscheduler(0, SCHED_IDLE, &none) == 0;
}

/// Threads are wanted, processes are not: nothing survives the one that is waited for.
bool forbid_processes(scmp_filter_ctx filter) {
  // clone3 hides its flags behind a pointer; without it libc falls back to clone.
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                          scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0}) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fork), 0) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(vfork), 0) == 0;
}

/// Processes of the same user may signal and limit each other: only itself is left to it.
bool forbid_others(scmp_filter_ctx filter) {
  const auto self = static_cast<scmp_datum_t>(getpid());
  const scmp_arg_cmp not_self{0, SCMP_CMP_NE, self, 0};
  const scmp_arg_cmp not_zero{0, SCMP_CMP_NE, 0, 0};
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1, not_self) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(rt_tgsigqueueinfo), 1, not_self) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1, not_zero) == 0 &&
         seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(sched_setaffinity), 1, not_zero) == 0;
}

/// Newer than the headers of libseccomp; one number on all kinds of machines.
constexpr int kFchmodat2 = 452;
constexpr int kSetxattrat = 463;
constexpr int kRemovexattrat = 466;

/// What no decoder needs: the network, other processes, names that lead elsewhere, the kernel's odder corners.
std::string confine_calls() {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (filter == nullptr) return "seccomp: no filter";
  bool ok = forbid_processes(filter) && forbid_others(filter);
  for (const int call :
       {SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4),
        SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kill), SCMP_SYS(tkill),
        SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(pidfd_send_signal), SCMP_SYS(process_madvise), SCMP_SYS(setpriority),
        SCMP_SYS(ioprio_set), SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam), SCMP_SYS(sched_setattr),
        SCMP_SYS(sched_getattr),  // GLib would copy them to each thread
        SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(mknod), SCMP_SYS(mknodat),
        // By path, where Landlock does not look: whatever is the user's could be spoiled.
        SCMP_SYS(truncate), SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(lchown),
        SCMP_SYS(fchown), SCMP_SYS(fchownat), SCMP_SYS(utime), SCMP_SYS(utimes), SCMP_SYS(futimesat),
        SCMP_SYS(utimensat), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr), SCMP_SYS(fsetxattr), SCMP_SYS(removexattr),
        SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr), kFchmodat2, kSetxattrat, kRemovexattrat, SCMP_SYS(memfd_create),
        SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root),
        SCMP_SYS(chroot), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
        SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
        SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load), SCMP_SYS(reboot), SCMP_SYS(swapon)}) {
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
  die_first();
  constexpr std::uint64_t kOpenFiles = 64;
  const bool limited = limit(RLIMIT_AS, limits.memory_bytes) && limit(RLIMIT_CPU, limits.cpu_seconds) &&
                       limit(RLIMIT_FSIZE, limits.file_bytes) && limit(RLIMIT_NOFILE, kOpenFiles) &&
                       limit(RLIMIT_CORE, 0);
  if (!limited) return failed("setrlimit");
  if (limits.stands_back && !stand_back()) return failed("sched_setscheduler");
  if (auto why = confine_files(folder); !why.empty()) return why;
  return confine_calls();
}

}  // namespace dunlin::media_worker
