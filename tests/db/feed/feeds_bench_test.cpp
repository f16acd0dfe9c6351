#include "support/world.hpp"

#include "dunlin/feed/feeds.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <iostream>

using namespace dunlin;
using namespace dunlin::test;

TEST_CASE("a post is in 1,000 rings for little more than reading their ids", "[.][bench]") {
  constexpr int kReaders = 1000;
  World world;
  feed::Feeds feeds(world.clock, {});
  const auto author = world.local_account("author");
  std::vector<model::Account> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(world.local_account("reader" + std::to_string(i)));
    world.follow(readers.back(), author);
  }
  const auto first = world.status(author);
  world.read([&](db::Tx& tx) {
    for (const auto& reader : readers) feeds.home(tx, reader.id, newest(20));
  });
  const auto micros = [](auto&& work) {
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) work();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count() / 50;
  };
  const auto read_ids = world.read([&](db::Tx& tx) {
    return micros([&] { REQUIRE(store::list_followers(tx, author.id, newest(kReaders)).size() == kReaders); });
  });
  const std::array ids{first.id};
  auto status = world.read([&](db::Tx& tx) { return store::load_feed_statuses(tx, ids).at(0); });
  const auto fan_out = micros([&] {
    status.id.value += 1;
    feeds.created(status);
  });
  std::cout << kReaders << " rings: " << fan_out << " us; reading the readers' ids: " << read_ids << " us\n";
}
