#include "db/web/media_site.hpp"
#include "media_fetcher.hpp"
#include "unit/net/fake_exchanger.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace dunlin;
using namespace std::chrono_literals;
using daemon::MediaFetcher;
using net::test::FakeExchanger;

namespace {

template <class F>
bool eventually(F&& holds) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

/// Servers below hang.* take a request and say nothing; "to" in an address leads elsewhere; all others have a picture.
struct Fetching : test::MediaSite {
  ~Fetching() {
    exchanger.release(std::unexpected(net::exchange_error(net::ExchangeFailure::cancelled, "the test is over")));
    fetcher.stop();
    workers.stop();
  }

  std::filesystem::path picture = media.samples.picture("90x60", "picture.png");
  std::mutex mutex;
  std::map<std::string, std::string> ended;  // by the file's name: the failure
  FakeExchanger exchanger{[this](const http::OutboundRequest& request) { return answer(request); }};
  net::Workers workers{net::WorkersOptions{}, [this] { return world.db.new_session(); }};
  MediaFetcher fetcher{exchanger, workers, services.remote_media, {}, [](std::string_view) { return true; }};
  model::Account bob = world.remote_account("bob", "remote.example");

  static std::optional<FakeExchanger::Answer> answer(const http::OutboundRequest& request, const std::string& from) {
    if (request.url.contains("hang")) return std::nullopt;
    std::filesystem::copy_file(from, request.body_file);
    return net::test::answer(200);
  }
  std::optional<FakeExchanger::Answer> answer(const http::OutboundRequest& request) {
    if (const auto at = request.url.find("?to="); at != std::string::npos) {
      return net::test::answer(302, {}, "Location", "https://" + request.url.substr(at + 4));
    }
    return answer(request, picture.string());
  }
  std::string file_at(const std::string& address) {
    return service::RemoteFile{.picture = std::nullopt, .id = attach(bob, "https://" + address).id.value}.name();
  }
  /// As somebody who looks.
  std::string look(const std::string& address) {
    auto name = file_at(address);
    look_at(name);
    return name;
  }
  void look_at(const std::string& name) {
    fetcher.fetch(name, [this, name](service::RemoteDocument document) {
      const std::lock_guard lock(mutex);
      ended[name] = document.failure;
    });
  }
  std::optional<std::string> end_of(const std::string& name) {
    const std::lock_guard lock(mutex);
    const auto found = ended.find(name);
    return found == ended.end() ? std::nullopt : std::optional(found->second);
  }
  bool comes(const std::string& name) {
    return eventually([&] { return end_of(name).has_value(); }) && *end_of(name) == "";
  }
  bool hold(std::size_t count) {
    return eventually([&] { return exchanger.held() == count; });
  }
};

}  // namespace

TEST_CASE("names below one domain count together, and it keeps nobody else waiting", "[daemon][media]") {
  Fetching f;
  for (int i = 0; i < 60; ++i) f.look(std::to_string(i) + ".hang.example/a.png");
  CHECK(f.hold(6));
  CHECK(f.comes(f.look("well.example/a.png")));
  CHECK(f.exchanger.held() == 6);
}

TEST_CASE("of one domain a few wait, and more are turned away", "[daemon][media]") {
  Fetching f;
  for (int i = 0; i < 6 + 64 + 3; ++i) f.look("hang.example/" + std::to_string(i));
  CHECK(eventually([&] {
    const std::lock_guard lock(f.mutex);
    return f.ended.size() == 3;
  }));
  for (const auto& [name, failure] : f.ended) CHECK(failure.starts_with("overloaded"));
  CHECK(f.comes(f.look("well.example/a.png")));
}

TEST_CASE("what is fetched ahead takes half of the places at most, and is nobody's to wait for", "[daemon][media]") {
  Fetching f;
  for (int i = 0; i < 60; ++i) {
    CHECK(f.fetcher.offer(f.file_at("hang" + std::to_string(i % 10) + ".example/" + std::to_string(i))));
  }
  CHECK(f.hold(24));
  const auto waits = f.file_at("well.example/ahead.png");
  CHECK(f.fetcher.offer(waits));
  CHECK(f.comes(f.look("well.example/a.png")));
  CHECK_FALSE(f.end_of(waits));
  CHECK(f.exchanger.held() == 24);
  // Somebody looks: it waits no longer.
  f.look_at(waits);
  CHECK(f.comes(waits));
}

TEST_CASE("what is fetched ahead takes half of the places of a domain at most, and waits behind those who look",
          "[daemon][media]") {
  Fetching f;
  std::vector<std::string> ahead;
  for (int i = 0; i < 75; ++i) {
    ahead.push_back(f.file_at("hang.example/ahead" + std::to_string(i)));
    CHECK(f.fetcher.offer(ahead.back()));
  }
  REQUIRE(f.hold(3));
  for (int i = 0; i < 5; ++i) f.look("hang.example/seen" + std::to_string(i));
  REQUIRE(f.hold(6));
  f.exchanger.release(net::test::answer(404));
  // Whoever looks first.
  const auto seen = [&] {
    return std::ranges::count_if(f.exchanger.asked(), [](const auto& request) { return request.url.contains("seen"); });
  };
  CHECK(eventually([&] { return seen() == 5; }));
  CHECK(f.hold(5));  // two who look, three ahead
  // Now somebody looks at what waits.
  f.look_at(ahead[30]);
  CHECK(f.hold(6));
  CHECK(std::ranges::count_if(f.exchanger.asked(),
                              [](const auto& request) { return request.url.ends_with("ahead30"); }) == 1);
}

TEST_CASE("so much waits ahead and no more", "[daemon][media]") {
  Fetching f;
  int taken = 0;
  // Of eighteen servers, for each lets only so many wait.
  for (int i = 0;
       i < 18 * 70 && f.fetcher.offer(f.file_at("hang" + std::to_string(i % 18) + ".example/" + std::to_string(i)));
       ++i) {
    ++taken;
  }
  CHECK(taken == 1024);
  CHECK(f.comes(f.look("well.example/a.png")));
}

TEST_CASE("who is redirected leaves his place, and needs one where he is sent", "[daemon][media]") {
  Fetching f;
  for (int i = 0; i < 8; ++i) f.look("first.example/" + std::to_string(i) + "?to=hang.example/" + std::to_string(i));
  CHECK(f.hold(6));
  CHECK(f.comes(f.look("first.example/a.png")));
}

TEST_CASE("a server that has hung gets fewer places for a while", "[daemon][media]") {
  Fetching f;
  for (int i = 0; i < 20; ++i) f.look("hang.example/" + std::to_string(i));
  REQUIRE(f.hold(6));
  f.exchanger.release(std::unexpected(net::exchange_error(net::ExchangeFailure::timeout, "no answer")));
  REQUIRE(eventually([&] {
    const std::lock_guard lock(f.mutex);
    return f.ended.size() == 6;
  }));
  CHECK(f.hold(2));
  std::this_thread::sleep_for(50ms);
  CHECK(f.exchanger.held() == 2);
}

TEST_CASE("a server is not slow when its name is not found in time, nor when it answers now and then",
          "[daemon][media]") {
  Fetching f;
  int files = 0;
  const auto hang = [&](int count, const FakeExchanger::Answer& answer) {
    for (int i = 0; i < count; ++i) f.look("hang.example/" + std::to_string(files++));
    REQUIRE(f.hold(static_cast<std::size_t>(count)));
    f.exchanger.release(answer);
    REQUIRE(eventually([&] {
      const std::lock_guard lock(f.mutex);
      return f.ended.size() == static_cast<std::size_t>(files);
    }));
  };
  const auto timeout = [](const char* why) -> FakeExchanger::Answer {
    return std::unexpected(net::exchange_error(net::ExchangeFailure::timeout, why));
  };
  hang(5, timeout("no answer from the name server"));
  hang(2, timeout("no complete answer in time"));
  hang(1, net::test::answer(404));
  hang(2, timeout("no complete answer in time"));
  for (int i = 0; i < 10; ++i) f.look("hang.example/" + std::to_string(files++));
  CHECK(f.hold(6));
}
