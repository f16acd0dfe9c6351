#include "support/backfills.hpp"

#include "dunlin/activitypub/relays.hpp"
#include "dunlin/service/domain_policies.hpp"
#include "dunlin/store/relays.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

/// 8.107, R8: what a block of bad.example and bücher.example keeps away, apart from the inbox (tests/db/web) and the
/// files (tests/e2e/test_media.py). Here everything can be had; that none of it is asked for is net's business
/// (remote_fetcher_test.cpp).
namespace dunlin::activitypub {

using model::RelayState;
using model::RelayStyle;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  Setup() {
    service::DomainService service(config, world.ids, queue);
    world.write([&](db::Tx& tx) {
      services.accounts.ensure_instance_actor(tx);
      for (const char* domain : {"BAD.example.",
                                 "b\xc3\xbc"
                                 "cher.example"}) {
        model::DomainPolicy policy;
        policy.domain = domain;
        policy.severity = model::DomainSeverity::suspend;
        service.block(tx, policy).value();
      }
      federation.policies().reload(tx);
    });
    world.follow(anna, mara);
  }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");

  /// A note that could be had, by an author who could be had.
  std::string note_on(const std::string& host, const std::string& name = "1") {
    publish_actor(host, "eve");
    const std::string author = "https://" + host + "/users/eve";
    const std::string uri = author + "/notes/" + name;
    auto document = test::actor_document(host, "eve");
    document["indexable"] = true;  // or no relay brings it
    remote.serve(author, document);
    remote.serve(uri, {{"@context", test::kAsNamespace},
                       {"id", uri},
                       {"type", "Note"},
                       {"attributedTo", author},
                       {"content", "<p>look</p>"},
                       {"published", "2026-03-01T11:00:00Z"},
                       {"to", Json::array({test::kAsPublic})}});
    return uri;
  }
};

const char* const kHosts[] = {"bad.example", "x.BAD.example", "xn--bcher-kva.example", "a.xn--bcher-kva.example"};

}  // namespace

TEST_CASE("8.107: a boost of what is on a blocked domain shows nothing", "[activitypub][policy]") {
  Setup f;
  for (const std::string host : kHosts) {
    CAPTURE(host);
    const auto uri = f.note_on(host);
    CHECK(f.receive(f.mara, {{"type", "Announce"}, {"object", uri}}).verdict == Verdict::rejected);
    CHECK_FALSE(f.find_status(uri));
  }
  // The same from elsewhere is a boost.
  const auto uri = f.note_on("good.example");
  CHECK(f.receive(f.mara, {{"type", "Announce"}, {"object", uri}}).verdict == Verdict::accepted);
}

TEST_CASE("8.107: what is on a blocked domain does not come as a parent, a quoted status or a mentioned person",
          "[activitypub][policy]") {
  Setup f;
  const auto sent_of = [&](const std::string& host) {
    const auto parent = f.note_on(host, "parent");
    const auto quoted = f.note_on(host, "quoted");
    const std::string mentioned = "https://" + host + "/users/mia";
    f.publish_actor(host, "mia");
    const auto note = note_document(f.mara, host,
                                    {{"inReplyTo", parent},
                                     {"quote", quoted},
                                     {"tag", Json::array({{{"type", "Mention"}, {"href", mentioned}}})},
                                     {"cc", Json::array({mentioned})}});
    CHECK(f.receive(f.mara, {{"type", "Create"}, {"object", note}}).verdict == Verdict::accepted);
    run_backfills(f);
    return std::array{f.find_status(parent).has_value(), f.find_status(quoted).has_value(),
                      f.find_account(mentioned).has_value()};
  };
  for (const std::string host : kHosts) {
    CAPTURE(host);
    CHECK(sent_of(host) == std::array{false, false, false});
    CHECK_FALSE(f.find_account("https://" + host + "/users/eve"));
  }
  // The same from elsewhere comes.
  CHECK(sent_of("good.example") == std::array{true, true, true});
}

TEST_CASE("8.107: a relay brings nothing of a blocked domain, and one on such a domain brings nothing",
          "[activitypub][policy][relay]") {
  Setup f;
  const auto subscribe = [&](const std::string& host) {
    f.publish_actor(host, "relay");
    const std::string actor = "https://" + host + "/users/relay";
    const auto relay = f.world.write([&](db::Tx& tx) {
      auto row = add_relay(f.env, tx, actor, RelayStyle::litepub);
      if (row) {
        row->state = RelayState::accepted;
        store::update_relay(tx, *row);
      }
      return row.has_value();
    });
    if (!relay) return Result<model::Account>(fail(Errc::forbidden, "no relay"));
    return f.resolve([&](Resolver& r) { return r.actor(actor); });
  };
  const auto relay = subscribe("relay.example");
  REQUIRE(relay);
  for (const std::string host : kHosts) {
    CAPTURE(host);
    const auto uri = f.note_on(host);
    CHECK(f.receive(*relay, {{"type", "Announce"}, {"object", uri}}).verdict != Verdict::accepted);
    CHECK_FALSE(f.find_status(uri));
  }
  const auto uri = f.note_on("good.example");
  CHECK(f.receive(*relay, {{"type", "Announce"}, {"object", uri}}).verdict == Verdict::accepted);
  CHECK_FALSE(subscribe("relay.bad.example"));
}

}  // namespace dunlin::activitypub
