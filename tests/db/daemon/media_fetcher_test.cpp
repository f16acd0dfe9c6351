#include "media_fetcher.hpp"

#include "support/fediverse.hpp"
#include "support/media.hpp"
#include "support/media_library.hpp"
#include "unit/net/fake_exchanger.hpp"

#include "dunlin/jobs/presence.hpp"

#include <catch2/catch.hpp>

#include <set>

/// What of a file that another process on the same database has begun to fetch.
namespace dunlin::daemon {

using namespace std::chrono_literals;
using net::test::FakeExchanger;

namespace {

const db::Statement kArrived{"media_fetcher_test.arrived",
                             "UPDATE media_attachments SET file_key = 'a/b.png' WHERE id = $1"};
/// Another version of the row with each question.
const db::Statement kQuestion{"media_fetcher_test.question",
                              "SELECT xmin::text::bigint FROM media_fetches WHERE name = $1"};

const db::Statement kClaims{"media_fetcher_test.claims", "SELECT count(*) FROM media_fetches"};

template <class F>
bool wait_until(F&& holds) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

struct Setup : test::Fediverse {
  Setup() {
    const auto any = [](std::string_view) { return true; };
    other.use(media.library, any, number.value());
    services.remote_media.use(media.library, any, static_cast<std::uint8_t>(number.value() + 1));
  }
  ~Setup() {
    fetcher.stop();
    workers.stop();
  }

  test::MediaLibrary media{config};
  jobs::NodeNumber number = jobs::NodeNumber::claim(world.db.new_session()).value();  // the other is alive
  service::RemoteMediaService other{env};
  model::Account bob = world.remote_account("bob", "remote.example");
  std::mutex mutex;
  std::map<std::string, std::string> failures;  // of what was answered; "" = it is here
  FakeExchanger network{[](const http::OutboundRequest&) { return net::test::answer(404); }};
  net::Workers workers{{}, [this] { return world.db.new_session(); }};
  MediaFetcher fetcher{network, workers, services.remote_media, {}, any_host};

  static bool any_host(std::string_view) { return true; }

  service::RemoteFile attach(const std::string& name) {
    const auto status = world.status(bob);
    const auto row = test::upload(world, bob, [&](model::MediaAttachment& m) {
      m.status_id = status.id;
      m.position = 0;
      m.state = model::MediaState::remote;
      m.file_key.reset();
      m.preview_key.reset();
      m.bytes = 0;
      m.unattached_at.reset();
      m.remote_url = "https://" + name + ".example/a.png";
    });
    return {.picture = std::nullopt, .id = row.id.value};
  }
  /// The other process has begun with it, and it is asked for here.
  service::RemoteFile asked_of_other(const std::string& name) {
    const auto file = attach(name);
    REQUIRE_FALSE(other.begin(world.session(), file).value()->by_other);
    fetch(file);
    return file;
  }
  void fetch(const service::RemoteFile& file) {
    fetcher.fetch(file.name(), [this, name = file.name()](const service::RemoteDocument& document) {
      const std::lock_guard lock(mutex);
      failures[name] = document.failure;
    });
  }
  std::size_t answered() {
    const std::lock_guard lock(mutex);
    return failures.size();
  }
  std::int64_t question(const service::RemoteFile& file) {
    return world.read([&](db::Tx& tx) { return tx.exec(kQuestion, {file.name()})[0].i64(0); });
  }
  std::int64_t claims() {
    return world.read([](db::Tx& tx) { return tx.exec(kClaims)[0].i64(0); });
  }
  /// It has been asked about once more, and is waited for again.
  void outlast_question(const service::RemoteFile& file) {
    for (int i = 0; i < 2; ++i) {
      const auto before = question(file);
      REQUIRE(wait_until([&] { return question(file) != before; }));
    }
  }
  std::set<std::string> asked() {
    std::set<std::string> urls;
    for (const auto& request : network.asked()) urls.insert(request.url);
    return urls;
  }
};

using Urls = std::set<std::string>;

}  // namespace

TEST_CASE("what another process fetches is asked about until it is here, and not fetched", "[daemon][media]") {
  Setup f;
  const auto file = f.asked_of_other("one");
  f.outlast_question(file);
  CHECK(f.answered() == 0);
  f.world.write([&](db::Tx& tx) { tx.exec(kArrived, {file.id}); });
  REQUIRE(wait_until([&] { return f.answered() == 1; }));
  CHECK(f.failures[file.name()].empty());
  CHECK(f.asked().empty());
}

TEST_CASE("what another process has given up is fetched", "[daemon][media]") {
  Setup f;
  const auto file = f.asked_of_other("one");
  f.outlast_question(file);
  f.other.end(f.world.session(), file);
  REQUIRE(wait_until([&] { return f.answered() == 1; }));
  CHECK(f.failures[file.name()] == "status 404");
  CHECK(f.asked() == Urls{"https://one.example/a.png"});
}

TEST_CASE("what is waited for elsewhere takes no place of what is fetched here", "[daemon][media]") {
  Setup f;
  std::vector<service::RemoteFile> elsewhere;
  for (int i = 0; i < 60; ++i) elsewhere.push_back(f.asked_of_other("their" + std::to_string(i)));  // of 48 places
  f.fetch(f.attach("ours"));
  REQUIRE(wait_until([&] { return f.answered() == 1; }));
  CHECK(f.asked() == Urls{"https://ours.example/a.png"});
  for (const auto& file : elsewhere) f.other.end(f.world.session(), file);
  REQUIRE(wait_until([&] { return f.answered() == 61; }));
  CHECK(f.asked().size() == 61);
}

TEST_CASE("a fetch whose end cannot be stored keeps other processes waiting no longer than that", "[daemon][media]") {
  Setup f;
  f.world.db.run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$;"
      "CREATE TRIGGER refuse BEFORE UPDATE ON media_attachments FOR EACH ROW EXECUTE FUNCTION refuse();"
      "CREATE TRIGGER refuse BEFORE DELETE ON media_fetches FOR EACH ROW EXECUTE FUNCTION refuse()");
  f.fetch(f.attach("one"));
  REQUIRE(wait_until([&] { return f.answered() == 1; }));
  CHECK(f.claims() == 1);
  f.world.db.run("DROP TRIGGER refuse ON media_fetches");
  CHECK(wait_until([&] { return f.claims() == 0; }));
  CHECK(f.asked().size() == 1);
}

TEST_CASE("a stop turns away who waits for another process", "[daemon][media]") {
  Setup f;
  const auto file = f.asked_of_other("one");
  f.outlast_question(file);
  f.fetcher.stop();
  f.workers.stop();
  CHECK(f.answered() == 1);
  CHECK(f.failures[file.name()] == "cancelled: stopping");
}

}  // namespace dunlin::daemon
