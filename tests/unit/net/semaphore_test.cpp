#include "../../../src/net/semaphore.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <utility>
#include <vector>

using namespace dunlin::net;

namespace {

asio::awaitable<void> take(Semaphore& semaphore, std::vector<Semaphore::Permit>& taken) {
  auto permit = co_await semaphore.acquire();
  taken.push_back(std::move(permit));
}

}  // namespace

TEST_CASE("permits go to those who wait, in turn", "[net][semaphore]") {
  asio::io_context context;
  const auto open = asio::make_work_guard(context);
  Semaphore semaphore(context.get_executor(), 1);
  TaskGroup tasks;
  std::vector<Semaphore::Permit> first;
  std::vector<Semaphore::Permit> second;
  spawn(tasks, context.get_executor(), "first", take(semaphore, first));
  spawn(tasks, context.get_executor(), "second", take(semaphore, second));
  context.poll();
  REQUIRE(first.size() == 1);
  CHECK(first[0].granted());
  CHECK(second.empty());
  first.clear();
  context.poll();
  REQUIRE(second.size() == 1);
  CHECK(second[0].granted());
  second.clear();
  CHECK(semaphore.is_unused());
}

TEST_CASE("a closed semaphore is in use until all who waited know", "[net][semaphore]") {
  asio::io_context context;
  const auto open = asio::make_work_guard(context);
  Semaphore semaphore(context.get_executor(), 1);
  TaskGroup tasks;
  std::vector<Semaphore::Permit> held;
  std::vector<Semaphore::Permit> refused;
  spawn(tasks, context.get_executor(), "holder", take(semaphore, held));
  context.poll();
  spawn(tasks, context.get_executor(), "waiter", take(semaphore, refused));
  spawn(tasks, context.get_executor(), "waiter", take(semaphore, refused));
  context.poll();
  REQUIRE(held.size() == 1);
  semaphore.close();
  held.clear();  // the fetcher would drop the host's semaphore now, if nobody else used it
  CHECK_FALSE(semaphore.is_unused());
  context.poll();
  REQUIRE(refused.size() == 2);
  CHECK_FALSE(refused[0].granted());
  CHECK_FALSE(refused[1].granted());
  CHECK(semaphore.is_unused());
}
