#include "object_transport.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace dunlin::daemon;
using namespace std::chrono_literals;

namespace {

int threads_named(const std::string& wanted) {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    std::getline(file, name);
    count += name == wanted ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("the store's one name is looked up by two threads", "[daemon][media]") {
  const int before = threads_named("resolver");
  const StoreTransport transport(false);
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (threads_named("resolver") < before + 2 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(5ms);
  }
  std::this_thread::sleep_for(20ms);
  CHECK(threads_named("resolver") == before + 2);
}
