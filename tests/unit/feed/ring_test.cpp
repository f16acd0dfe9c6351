#include "dunlin/feed/ring.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace dunlin;
using namespace dunlin::feed;

namespace {

std::vector<store::HomeEntry> entries(const std::vector<int>& ids) {
  std::vector<store::HomeEntry> out;
  for (const int id : ids) out.push_back({StatusId{id}});
  return out;
}

std::vector<int> ids(const std::vector<store::HomeEntry>& entries) {
  std::vector<int> out;
  for (const auto& entry : entries) out.push_back(static_cast<int>(entry.id.value));
  return out;
}

model::Page page(int limit) {
  model::Page page;
  page.limit = limit;
  return page;
}

}  // namespace

TEST_CASE("a ring keeps its newest entries in order of their ids", "[feed][ring]") {
  Ring ring(entries({30, 20, 10}), 3);
  ring.insert({StatusId{40}});
  ring.insert({StatusId{35}});
  ring.insert({StatusId{35}});
  ring.insert({StatusId{5}});  // older than a full ring reaches
  CHECK(ids(*ring.page(page(3))) == std::vector{40, 35, 30});
  ring.erase(StatusId{35});
  CHECK(ids(*ring.page(page(2))) == std::vector{40, 30});
}

TEST_CASE("a status goes with its reblogs", "[feed][ring]") {
  Ring ring({{StatusId{30}, StatusId{10}}, {StatusId{20}}, {StatusId{10}}}, 10);
  ring.erase(StatusId{10});
  CHECK(ids(*ring.page(page(5))) == std::vector{20});
}

TEST_CASE("a ring answers for what it knows only", "[feed][ring]") {
  Ring full(entries({30, 20, 10}), 3);
  CHECK_FALSE(full.page(page(4)));
  auto older = page(2);
  older.max_id = 20;
  CHECK_FALSE(full.page(older));
  auto newer = page(5);
  newer.since_id = 10;
  CHECK(ids(*full.page(newer)) == std::vector{30, 20});
  auto gap = page(1);
  gap.min_id = 10;
  CHECK(ids(*full.page(gap)) == std::vector{20});
  gap.min_id = 5;
  CHECK_FALSE(full.page(gap));

  Ring all(entries({30, 20}), 3);
  CHECK(ids(*all.page(page(4))) == std::vector{30, 20});
  older.max_id = 10;
  CHECK(all.page(older)->empty());
  all.insert({StatusId{5}});
  CHECK(ids(*all.page(page(4))) == std::vector{30, 20, 5});
  all.insert({StatusId{40}});
  CHECK_FALSE(all.page(page(4)));
}
