#include "dunlin/media/worker.hpp"

#include "support/samples.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/media/work_folder.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace dunlin;
using namespace dunlin::media;

// R18
TEST_CASE("the child is confined: no network, no other files, no time without end", "[media][process][sandbox]") {
  const test::Samples samples;
  const auto folder = WorkFolder::make(samples.folder() / "work").value();
  const Worker worker(default_worker_program());
  const auto run = [&](const std::string& program, std::vector<std::string> arguments, WorkLimits limits = {}) {
    std::vector<std::string> task{"run", program};
    task.insert(task.end(), arguments.begin(), arguments.end());
    return worker.run(folder.path(), limits, task);
  };
  CHECK(run("/bin/echo", {"hello"}).value() == "hello\n");
  CHECK(run("/usr/bin/python3", {"-c", "print(open('x', 'w').write('y'))"}).value() == "1\n");
  CHECK_FALSE(run("/usr/bin/python3", {"-c", "import socket; socket.socket()"}));
  CHECK_FALSE(run("/bin/cat", {(samples.bytes("secret", "secret")).string()}));
  CHECK_FALSE(run("/bin/sh", {"-c", "echo x > /tmp/dunlin-escaped"}));
  CHECK_FALSE(run("/usr/bin/python3", {"-c", "x = bytearray(3 << 30)"}));
  CHECK_FALSE(run("/usr/bin/python3", {"-c", "open('big', 'wb').write(b'x' * 100000)"}, {.file_bytes = 1000}));
  CHECK_FALSE(run("/nonexistent", {}));
  const auto begun = std::chrono::steady_clock::now();
  const auto endless = run("/bin/sh", {"-c", "while :; do :; done"}, {.time = std::chrono::seconds(1)});
  CHECK_FALSE(endless);
  CHECK_FALSE(run("/bin/sleep", {"60"}, {.time = std::chrono::seconds(1)}));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(8));
  CHECK(endless.error().code == Errc::invalid);
  CHECK_FALSE(run("/usr/bin/yes", {}));
  CHECK(Worker("/nonexistent").run(folder.path(), {}, {"run", "/bin/true"}).error().code == Errc::internal);
}

TEST_CASE("the child can neither start processes nor touch others, nor leave what leads elsewhere",
          "[media][process][sandbox]") {
  const test::Samples samples;
  const auto folder = WorkFolder::make(samples.folder() / "work").value();
  const Worker worker(default_worker_program());
  const auto forbidden = [&](const std::string& statement) {
    INFO(statement);
    // Says so when it was let.
    const auto output =
        worker.run(folder.path(), {},
                   {"run", "/usr/bin/python3", "-c",
                    "import os\ntry:\n  " + statement + "\n  print('done')\nexcept OSError:\n  print('no')"});
    return output && *output == "no\n";
  };
  CHECK(forbidden("os.fork()"));
  CHECK(forbidden("os.posix_spawn('/bin/true', ['true'], {})"));
  CHECK(forbidden("os.kill(os.getppid(), 0)"));
  CHECK(forbidden("os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)"));
  CHECK(forbidden("import resource; resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)"));
  CHECK(forbidden("os.sched_setaffinity(os.getppid(), {0})"));
  CHECK(forbidden("os.symlink('/etc/passwd', 'file.jpg')"));
  CHECK(forbidden("os.link('input', 'file.jpg')"));
  CHECK(forbidden("os.mkfifo('file.jpg')"));
  // What is the user's and lies elsewhere.
  const auto secret = samples.bytes("secret", "elsewhere").string();
  for (const auto& call : {"truncate({}, 0)", "chmod({}, 0)", "chown({}, -1, -1)", "utime({})",
                           "setxattr({}, 'user.x', b'y')", "removexattr({}, 'user.x')"}) {
    CHECK(forbidden("os." + text::replace_all(call, "{}", "'" + secret + "'")));
  }
  CHECK(test::Samples::read(secret) == "secret");
  CHECK(worker
            .run(folder.path(), {},
                 {"run", "/usr/bin/python3", "-c",
                  "import threading; t = threading.Thread(target=lambda: print(1)); t.start(); t.join()"})
            .value() == "1\n");
}

TEST_CASE("a decoder that gets no processor begins again as an ordinary process", "[media][process]") {
  const test::Samples samples;
  const auto folder = WorkFolder::make(samples.folder() / "work").value();
  // The first sleeps, as one that is never let run would.
  const auto program = samples.bytes(
      "#!/bin/sh\nif [ \"$5\" = idle ]; then sleep 60; fi\n"
      "for i in $(seq 100); do [ $(nice) = 5 ] && break; sleep 0.05; done\nnice; chrt --pid $$\n",
      "program");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const auto output = Worker(program).run(folder.path(), {.time = std::chrono::seconds(20)}, {"run"});
  REQUIRE(output);
  CHECK(output->starts_with("5\n"));
  CHECK(output->contains("SCHED_OTHER"));
}

TEST_CASE("a child that closes its pipes and goes on is not waited for longer than it may take",
          "[media][process][sandbox]") {
  const test::Samples samples;
  const auto folder = WorkFolder::make(samples.folder() / "work").value();
  const auto begun = std::chrono::steady_clock::now();
  CHECK_FALSE(Worker(default_worker_program())
                  .run(folder.path(), {.time = std::chrono::seconds(1)},
                       {"run", "/usr/bin/python3", "-c", "import os, time; os.close(1); os.close(2); time.sleep(60)"}));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
}
