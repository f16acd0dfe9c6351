#include "dunlin/service/push.hpp"

#include "../../../src/service/push_titles.hpp"
#include "support/fake_federation.hpp"
#include "support/recorded_events.hpp"
#include "support/world.hpp"

#include "dunlin/crypto/p256.hpp"
#include "dunlin/service/push_subscriptions.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/oauth.hpp"
#include "dunlin/store/push_subscriptions.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <tuple>

using namespace dunlin;
using namespace dunlin::test;
using namespace std::chrono_literals;

namespace {

/// alice has a device that wants favourites; bob has favourited a status of hers.
struct Desk {
  World world;
  config::Config config;
  FakeFederation federation;
  RecordedEvents events;
  jobs::Queue queue{nullptr};
  service::Environment env{world.clock, world.ids, config, federation, queue, events};
  service::PushService push{env, queue};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  TokenId token = world.ids.next<TokenId>();
  model::Notification notification;

  Desk() {
    config.server.domain = "example.org";
    config.server.public_url = "https://example.org";
    const auto status = world.status(alice);
    notification = {.id = world.ids.next<NotificationId>(),
                    .account_id = alice.id,
                    .type = model::NotificationType::favourite,
                    .from_account_id = bob.id,
                    .status_id = status.id,
                    .created_at = world.clock.now()};
    const auto application = world.ids.next<ApplicationId>();
    world.write([&](db::Tx& tx) {
      store::insert_application(tx, {.id = application,
                                     .name = "app",
                                     .website = std::nullopt,
                                     .client_id = "client",
                                     .client_secret_hash = "x",
                                     .redirect_uris = {},
                                     .scopes = {"push"}});
      store::insert_access_token(tx,
                                 {.id = token,
                                  .application_id = application,
                                  .user_id = store::find_user_by_account(tx, alice.id)->id,
                                  .scopes = {"push"},
                                  .created_at = world.clock.now(),
                                  .revoked_at = std::nullopt},
                                 "hash");
      service::PushSubscriptionService::ensure_vapid_key(tx);
      store::save_push_subscription(tx, {.token_id = token,
                                         .account_id = alice.id,
                                         .access_token = "secret",
                                         .endpoint = "https://push.example/device",
                                         .p256dh = crypto::P256Key::generate().public_point(),
                                         .auth = "0123456789abcdef",
                                         .standard = true,
                                         .alerts_on = {"favourite"},
                                         .alerts_off = {}});
      store::insert_notification(tx, notification);
    });
  }

  jobs::Job job(int attempts = 1) const {
    return {.id = JobId{1},
            .kind = "push_message",
            .payload = fmt::format("{} {} {}", notification.id.value, alice.id.value, token.value),
            .attempts = attempts,
            .run_at = world.clock.now(),
            .created_at = world.clock.now()};
  }
  /// Sends; the service answers with this status (0: it cannot be reached).
  Result<void> send(int status, int attempts = 1) {
    service::RemoteDocuments documents;
    const auto run = [&] {
      return world.session().write([&](db::Tx& tx) { return push.send(tx, documents, job(attempts)); });
    };
    auto done = run();
    if (!documents.wanted()) return done;
    const auto request = *documents.wanted();
    service::RemoteDocument answer;
    answer.status = status;
    if (status == 0) answer.failure = "timeout";
    documents.put(request, answer);
    return run();
  }
  bool subscribed() {
    return world.read([&](db::Tx& tx) { return store::find_push_subscription(tx, token).has_value(); });
  }
  int jobs_waiting(jobs::Lane lane) {
    return world.write([&](db::Tx& tx) { return static_cast<int>(jobs::claim(tx, lane, 50, 1ms).size()); });
  }
};

}  // namespace

TEST_CASE("a message is sent once and the answers mean what they say", "[service][push]") {
  Desk desk;
  CHECK(desk.send(201));
  CHECK(desk.subscribed());
  for (const int passing : {0, 301, 408, 429, 500, 503}) {
    INFO(passing);
    CHECK(desk.send(passing).error().code == Errc::remote_failed);
    CHECK(desk.send(201));
    CHECK(desk.subscribed());
  }
  // The last attempt ends quietly: nothing is kept of what is not wanted any more tomorrow.
  CHECK(desk.send(503, 14));
  CHECK(desk.send(410));
  CHECK_FALSE(desk.subscribed());
  CHECK(desk.send(201));
}

TEST_CASE("what is two days old or was taken back is not pushed", "[service][push]") {
  Desk desk;
  desk.world.clock.advance(49h);
  service::RemoteDocuments documents;
  CHECK(desk.world.session().write([&](db::Tx& tx) { return desk.push.send(tx, documents, desk.job()); }));
  CHECK_FALSE(documents.wanted());
}

TEST_CASE("every kind of notification has a title in every language that is spoken here", "[service][push]") {
  for (const auto type : model::notification_types()) {
    const auto english = service::push_title(type, "Ann", "en");
    INFO(english);
    CHECK(english != "Ann");
    CHECK(service::push_title(type, "Ann", "pt-BR") == english);
    for (const char* locale : {"de", "fr", "es-MX", "ja"}) {
      const auto title = service::push_title(type, "Ann", locale);
      CHECK(title != english);
      CHECK(title.contains("Ann") == english.contains("Ann"));
    }
  }
  CHECK(service::push_title(model::NotificationType::favourite, "{} %s", "de") ==
        "{} %s hat deinen Beitrag favorisiert");
}

TEST_CASE("a push service that is down rests, and costs no more than its share", "[service][push]") {
  FakeClock clock;
  service::PushHosts hosts(clock);
  for (int i = 0; i < 12; ++i) CHECK_FALSE(hosts.enter("slow.example", JobId{i}));
  CHECK(hosts.enter("slow.example", JobId{12}) == clock.now() + 1s);
  CHECK_FALSE(hosts.enter("quick.example", JobId{12}));
  for (int i = 0; i < 12; ++i) hosts.leave("slow.example", JobId{i}, false);
  CHECK(hosts.enter("slow.example", JobId{12}) == clock.now() + 60s);
  clock.advance(61s);
  CHECK_FALSE(hosts.enter("slow.example", JobId{12}));
  hosts.leave("slow.example", JobId{12}, true);
  CHECK_FALSE(hosts.enter("slow.example", JobId{13}));
}

TEST_CASE("a message whose subscription goes while it is on its way takes no place for ever", "[service][push]") {
  FakeClock clock;
  service::PushHosts hosts(clock);
  for (int i = 0; i < 12; ++i) CHECK_FALSE(hosts.enter("push.example", JobId{i}));
  clock.advance(61s);
  CHECK_FALSE(hosts.enter("push.example", JobId{12}));
}

TEST_CASE("a message waits for its push service without using up its attempts", "[service][push]") {
  Desk desk;
  for (int i = 0; i < 5; ++i) CHECK(desk.send(503).error().code == Errc::remote_failed);
  CHECK(desk.send(201));  // is not sent now
  const auto waiting = [&] {
    return desk.world.write([&](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::push, 50, 1ms); });
  };
  CHECK(waiting().empty());
  desk.world.clock.advance(70s);
  const auto jobs = waiting();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].payload == desk.job().payload);
  CHECK(jobs[0].attempts == 1);
}

TEST_CASE("who may not sign in any more is not told either", "[service][push]") {
  const auto wanted = [](const char* change) {
    Desk desk;
    desk.world.db.run(change);
    service::RemoteDocuments documents;
    CHECK(desk.world.session().write([&](db::Tx& tx) { return desk.push.fan_out(tx, desk.job().payload); }));
    std::ignore = desk.world.session().write([&](db::Tx& tx) { return desk.push.send(tx, documents, desk.job()); });
    return desk.jobs_waiting(jobs::Lane::push) > 0 || documents.wanted().has_value();
  };
  CHECK(wanted("SELECT 1"));
  CHECK_FALSE(wanted("UPDATE access_tokens SET revoked_at = now()"));
  CHECK_FALSE(wanted("UPDATE users SET disabled = true"));
  CHECK_FALSE(wanted("UPDATE accounts SET suspended_at = now()"));
}

TEST_CASE("only devices that want it are told", "[service][push]") {
  Desk desk;
  const auto messages = [&](model::PushPolicy policy, const char* alert) {
    desk.world.write([&](db::Tx& tx) {
      auto subscription = store::find_push_subscription(tx, desk.token).value();
      subscription.policy = policy;
      subscription.alerts_on = {alert};
      store::save_push_subscription(tx, subscription);
    });
    const auto payload = fmt::format("{} {}", desk.notification.id.value, desk.alice.id.value);
    CHECK(desk.world.session().write([&](db::Tx& tx) { return desk.push.fan_out(tx, payload); }));
    const auto waiting = desk.jobs_waiting(jobs::Lane::push);
    desk.world.db.run("DELETE FROM jobs");
    return waiting;
  };
  using model::PushPolicy;
  CHECK(messages(PushPolicy::all, "favourite") == 1);
  CHECK(messages(PushPolicy::all, "mention") == 0);
  CHECK(messages(PushPolicy::none, "favourite") == 0);
  CHECK(messages(PushPolicy::followed, "favourite") == 0);
  CHECK(messages(PushPolicy::follower, "favourite") == 0);
  desk.world.follow(desk.alice, desk.bob);
  CHECK(messages(PushPolicy::followed, "favourite") == 1);
  CHECK(messages(PushPolicy::follower, "favourite") == 0);
  desk.world.follow(desk.bob, desk.alice);
  CHECK(messages(PushPolicy::follower, "favourite") == 1);
}
