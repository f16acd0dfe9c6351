#include "db/web/media_site.hpp"

#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/domain_policies.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/preview_cards.hpp"
#include "dunlin/store/stored_files.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <span>
#include <string>
#include <vector>

/// What was here already when the admin refuses a server's files, or suspends whom they belong to.
using namespace dunlin;
using test::MediaSite;
using test::noise;

namespace {

constexpr const char* kDomain = "remote.example";

struct Refusing : MediaSite {
  model::Account bob = world.remote_account("bob", kDomain);

  std::string url_of(const model::MediaAttachment& media) { return *service::media_urls::original(config, now(media)); }
  model::MediaAttachment picture_of(const model::Account& who, const std::string& name) {
    const auto url = "https://files.example/" + name;
    remote[url] = noise(*this, name);
    return attach(who, url);
  }
  std::string avatar() {
    bob.avatar_url = "https://files.example/face.png";
    remote[bob.avatar_url] = noise(*this, "face.png");
    world.write([&](db::Tx& tx) { store::update_account(tx, bob); });
    return service::media_urls::avatar(config, bob);
  }
  std::string emoji() {
    const store::ReceivedEmoji blob{.id = world.ids.next<model::PictureId>().value,
                                    .shortcode = "blob",
                                    .url = "https://files.example/blob.png",
                                    .updated = world.clock.now()};
    remote[blob.url] = media.samples.picture("64x64", "blob.png");
    world.write([&](db::Tx& tx) { store::receive_emojis(tx, kDomain, std::span(&blob, 1)); });
    return service::media_urls::remote_picture(config, model::PictureKind::emoji, blob.id, blob.url,
                                               service::media_urls::Form::whole);
  }
  std::vector<store::CustomEmoji> shown_emojis() {
    const std::vector<store::EmojiName> names{{kDomain, "blob"}};
    return world.read([&](db::Tx& tx) { return store::list_remote_emojis(tx, names); });
  }
  model::PreviewCard card(const std::string& url) {
    model::PreviewCard page;
    page.id = world.ids.next<PreviewCardId>();
    page.url = url;
    page.title = "News";
    page.image_url = url + "/picture.png";
    remote[page.image_url] = noise(*this, "card.png");
    page.id = world.write([&](db::Tx& tx) { return store::upsert_preview_card(tx, page); });
    return page;
  }

  /// As the daemon's job queue does it.
  void carry_out() {
    service::DomainService domains(config, world.ids, environment().queue);
    for (;;) {
      const auto claimed = world.write(
          [](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::maintenance, 50, std::chrono::seconds(30)); });
      if (claimed.empty()) return;
      for (const jobs::Job& job : claimed) {
        if (job.kind == service::kFollowMediaPolicy.name) {
          REQUIRE(services.remote_media.follow_policy(world.session(), job.payload));
        }
        world.write([&](db::Tx& tx) {
          if (job.kind == service::kApplyDomainPolicy.name) domains.run_apply(tx, policies, job.payload).value();
          jobs::finish(tx, job);
        });
      }
    }
  }
  void decide(bool reject) {
    service::DomainService domains(config, world.ids, environment().queue);
    model::DomainPolicy policy;
    policy.domain = kDomain;
    policy.severity = model::DomainSeverity::none;
    policy.reject_media = reject;
    world.write([&](db::Tx& tx) { domains.block(tx, policy).value(); });
    refused = reject ? kDomain : "";
    carry_out();
  }
  service::DomainPolicies policies{config, world.clock};
};

}  // namespace

TEST_CASE("what is refused is not served any more, before anything else is done", "[web][media][policy]") {
  Refusing site;
  const auto media = site.picture_of(site.bob, "a.png");
  const auto original = site.url_of(media);
  const auto preview = *service::media_urls::preview(site.config, media);
  const auto avatar = site.avatar();
  const auto emoji = site.emoji();
  const auto card = service::media_urls::card(site.config, site.card("https://remote.example/news"));
  for (const auto& url : {original, avatar, emoji, card}) CHECK(site.look(url).status() == 200);
  site.refused = kDomain;
  for (const auto& url : {original, preview, emoji, card}) CHECK(site.look(url).status() == 404);
  CHECK(site.look(avatar).location() == "https://example.org/static/avatar.png");
  site.refused.clear();
  for (const auto& url : {original, avatar, emoji, card}) CHECK(site.look(url).status() == 200);
}

TEST_CASE("files of a suspended account are not served", "[web][media][policy]") {
  Refusing site;
  const auto media = site.picture_of(site.bob, "a.png");
  const auto original = site.url_of(media);
  CHECK(site.look(original).status() == 200);
  site.world.suspend(site.bob);
  CHECK(site.look(original).status() == 404);
}

TEST_CASE("refused files leave the store, and a post shows links instead; all comes back when they are let in",
          "[web][media][policy]") {
  Refusing site;
  constexpr int kFiles = 201;  // more than one step
  std::vector<model::MediaAttachment> files;
  for (int i = 0; i < kFiles; ++i) files.push_back(site.attach(site.bob, "https://files.example/" + std::to_string(i)));
  const auto shown = site.picture_of(site.bob, "a.png");
  const auto carol = site.world.remote_account("carol", "other.example");
  const auto other = site.picture_of(carol, "b.png");
  const auto avatar = site.avatar();
  const auto emoji = site.emoji();
  const auto card = site.card("https://remote.example/news");
  const auto elsewhere = site.card("https://other.example/news");
  const auto card_url = service::media_urls::card(site.config, card);
  for (const auto& url : {site.url_of(shown), site.url_of(other), avatar, emoji, card_url}) {
    CHECK(site.look(url).status() == 200);
  }
  CHECK(site.shown_emojis().size() == 1);

  site.decide(true);
  CHECK(site.now(shown).is_link());
  CHECK(site.url_of(shown) == "https://files.example/a.png");
  CHECK(site.now(files.front()).is_link());
  CHECK(site.now(files.back()).is_link());
  CHECK(site.shown_emojis().empty());
  const auto pictures = site.world.read([](db::Tx& tx) {
    std::vector<std::string> urls;
    static const db::Statement kCards{"test.refused.cards", "SELECT image_url FROM preview_cards ORDER BY id"};
    for (const auto row : tx.exec(kCards)) urls.emplace_back(row.text(0));
    return urls;
  });
  CHECK(pictures == std::vector<std::string>{"", elsewhere.image_url});
  // Only the other server's picture and its preview are left, and only they are counted.
  CHECK(site.look(site.url_of(other)).status() == 200);
  const auto used = site.world.read([](db::Tx& tx) { return store::count_cached_files(tx); });
  CHECK(used.files == 1);
  CHECK(site.media.stored_bytes() == used.bytes);

  site.decide(false);
  CHECK_FALSE(site.now(shown).is_link());
  CHECK_FALSE(site.now(files.back()).is_link());
  CHECK(site.look(site.url_of(shown)).status() == 200);
  CHECK(site.shown_emojis().size() == 1);
  CHECK(site.look(emoji).status() == 200);
}

TEST_CASE("a file that is refused while it is fetched is not kept", "[web][media][policy]") {
  Refusing site;
  const auto media = site.picture_of(site.bob, "a.png");
  site.media.events.after_put = [&](std::string_view) {
    site.media.events.after_put = {};
    site.decide(true);
    site.refused.clear();  // as in a process that has not heard of it yet
  };
  CHECK(site.look(site.url_of(media)).status() != 200);
  CHECK(site.now(media).is_link());
  CHECK(site.media.stored() == 0);
  CHECK(site.world.read([](db::Tx& tx) { return store::count_cached_files(tx); }).bytes == 0);
}
