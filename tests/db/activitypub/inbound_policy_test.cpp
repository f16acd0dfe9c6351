#include "dunlin/service/inbound_policy.hpp"

#include "support/fediverse.hpp"

#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace dunlin::activitypub {

using service::Inbound;
using service::Ruling;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

/// Two rules such as an admin may want.
class NoShouting final : public service::InboundPolicy {
 public:
  Ruling rule(db::Tx&, const Inbound& inbound) override {
    ++asked;
    auto document = Json::parse(inbound.document);
    if (inbound.type != "Create") return Ruling::accept();
    std::string& content = document["object"]["content"].get_ref<std::string&>();
    if (content.find("SPAM") != std::string::npos) return Ruling::reject("shouting");
    if (content.find("steal") != std::string::npos) document["actor"] = "https://evil.example/users/eve";
    if (content.find("LOUD") == std::string::npos && content.find("steal") == std::string::npos)
      return Ruling::accept();
    document["object"]["content"] = "<p>quiet</p>";
    return Ruling::rewrite(document.dump());
  }
  int asked = 0;
};
class AddsWarning final : public service::InboundPolicy {
 public:
  Ruling rule(db::Tx&, const Inbound& inbound) override {
    auto document = Json::parse(inbound.document);
    if (inbound.type != "Create" || document["object"]["content"] != "<p>quiet</p>") return Ruling::accept();
    document["object"]["summary"] = "was loud";
    return Ruling::rewrite(document.dump());
  }
};

struct Setup : Fediverse {
  Setup() {
    auto rule = std::make_unique<NoShouting>();
    no_shouting = rule.get();
    federation.inbound_policies().add(std::move(rule));
    federation.inbound_policies().add(std::make_unique<AddsWarning>());
    world.follow(anna, mara);
  }
  NoShouting* no_shouting = nullptr;
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");

  Outcome create(const std::string& name, const std::string& content) {
    return receive(mara, {{"type", "Create"}, {"object", note_document(mara, name, {{"content", content}})}});
  }
};

}  // namespace

TEST_CASE("a rule of the instance accepts, refuses or rewrites what comes in", "[activitypub][inbox][policy]") {
  Setup f;
  CHECK(f.create("1", "<p>hello</p>").verdict == Verdict::accepted);
  CHECK(f.find_status(f.mara.uri + "/notes/1")->content == "<p>hello</p>");
  CHECK(f.no_shouting->asked == 1);

  const auto refused = f.create("2", "<p>SPAM</p>");
  CHECK(refused.verdict == Verdict::rejected);
  CHECK(refused.why == Reason::rule);
  CHECK(refused.reason == "shouting");
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/2"));

  // The second rule sees what the first one has made of it.
  CHECK(f.create("3", "<p>LOUD</p>").verdict == Verdict::accepted);
  CHECK(f.find_status(f.mara.uri + "/notes/3")->content == "<p>quiet</p>");
  CHECK(f.find_status(f.mara.uri + "/notes/3")->spoiler_text == "was loud");

  // Whose it is, is proven: no rule may say otherwise.
  const auto stolen = f.create("4", "<p>steal</p>");
  CHECK(stolen.why == Reason::rule);
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/4"));
}

TEST_CASE("nothing is taken in the name of a blocked server, whoever brings it", "[activitypub][inbox][policy]") {
  Setup f;
  service::DomainService domains(f.config, f.world.ids, f.queue);
  f.world.write([&](db::Tx& tx) {
    model::DomainPolicy policy;
    policy.domain = "bad.example";
    policy.severity = model::DomainSeverity::suspend;
    REQUIRE(domains.block(tx, policy));
    f.federation.policies().reload(tx);
  });
  const auto outcome = f.receive(f.mara, {{"type", "Like"},
                                          {"actor", "https://bad.example/users/eve"},
                                          {"id", "https://bad.example/likes/1"},
                                          {"object", f.anna.uri + "/statuses/1"}});
  CHECK(outcome.verdict == Verdict::rejected);
  CHECK(outcome.why == Reason::domain_policy);
  CHECK(f.remote.requested.empty());
  CHECK(f.no_shouting->asked == 0);
}

}  // namespace dunlin::activitypub
