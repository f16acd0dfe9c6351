#include "dunlin/store/pictures.hpp"

#include "support/api_client.hpp"
#include "support/media_library.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using test::Api;
using test::Client;
using test::Samples;
using test::World;
using Json = nlohmann::json;

namespace {

constexpr const char* kPath = "/api/v1/accounts/update_credentials";

struct Pictures {
  World world;
  Api api{world};
  test::MediaLibrary media{api.config};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  Pictures() { api.services().pictures.use(media.library); }

  test::Answer send(const std::string& name, const std::string& content) const {
    return client.send(http::Method::patch, kPath,
                       "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"x\"\r\n\r\n" +
                           content + "\r\n--b--\r\n",
                       "multipart/form-data; boundary=b");
  }
  std::filesystem::path stored(const Json& url) const {
    const auto text = url.get<std::string>();
    return *media.library.storage().local_path(text.substr(text.rfind('/') + 1));
  }
};

}  // namespace

TEST_CASE("avatar and header come as files, are shown to everybody and told to others", "[api][account][media]") {
  Pictures p;
  const auto answer = p.send("avatar", Samples::read(p.media.samples.picture("600x500", "a.png"))).json();
  CHECK(answer["avatar"].get<std::string>().starts_with("https://example.org/media/files/"));
  CHECK(answer["avatar"] == answer["avatar_static"]);
  CHECK(std::filesystem::exists(p.stored(answer["avatar"])));
  CHECK(answer["header"] == "https://example.org/static/header.png");
  const auto both = p.send("header", Samples::read(p.media.samples.picture("1600x900", "h.jpg"))).json();
  CHECK(both["avatar"] == answer["avatar"]);
  CHECK(both["header"].get<std::string>().ends_with(".jpg"));
  CHECK(Client(p.api).get("/api/v1/accounts/" + p.alice.id.str()).json()["header"] == both["header"]);
  CHECK(p.api.federation.told == std::vector<std::string>{"profile_updated", "profile_updated"});
}

TEST_CASE("a moving avatar has a still one", "[api][account][media]") {
  Pictures p;
  const auto answer = p.send("avatar", Samples::read(p.media.samples.film("80x80", 0.4, false, "", "a.gif"))).json();
  CHECK(answer["avatar"].get<std::string>().ends_with(".anim.webp"));
  CHECK(answer["avatar_static"].get<std::string>().ends_with(".still.png"));
  CHECK(std::filesystem::exists(p.stored(answer["avatar_static"])));
}

TEST_CASE("an avatar may be a data URI; blank leaves it as it is", "[api][account][media]") {
  Pictures p;
  const auto png = Samples::read(p.media.samples.picture("50x50", "a.png"));
  const auto shown =
      p.client.patch(kPath, {{"avatar", "data:image/png;base64," + text::base64_encode(png)}}).json()["avatar"];
  CHECK(shown.get<std::string>().ends_with(".png"));
  CHECK(p.client.patch(kPath, {{"avatar", ""}, {"display_name", "A"}}).json()["avatar"] == shown);
}

TEST_CASE("what is no picture is refused", "[api][account][media]") {
  Pictures p;
  const std::string wrong = "Validation failed: Avatar has contents that are not what they are reported to be";
  CHECK(p.send("avatar", "<svg/>").error() == wrong);
  CHECK(p.send("avatar", Samples::read(p.media.samples.sound("", "a.mp3"))).error() == wrong);
  CHECK(p.client.patch(kPath, {{"avatar", "data:image/png;base64,AAAA"}}).error() == wrong);
  CHECK(p.client.patch(kPath, {{"avatar", "https://elsewhere.example/a.png"}}).error() ==
        "Validation failed: Avatar can't be blank");
  CHECK(p.send("header", std::string((8UL << 20U) + 1, 'x')).error() ==
        "Validation failed: Header file size must be less than 8 MB");
  CHECK(p.client.get("/api/v1/accounts/verify_credentials").json()["avatar"] ==
        "https://example.org/static/avatar.png");
  CHECK(p.api.federation.told.empty());
}

TEST_CASE("avatar and header can be taken away, again and again", "[api][account][media]") {
  Pictures p;
  p.send("avatar", Samples::read(p.media.samples.picture("50x50", "a.png")));
  const auto answer = p.client.del("/api/v1/profile/avatar").json();
  CHECK(answer["avatar"] == "https://example.org/static/avatar.png");
  CHECK(p.client.del("/api/v1/profile/avatar").status() == 200);
  CHECK(p.client.del("/api/v1/profile/header").status() == 200);
  CHECK(p.api.federation.told.size() == 2);
  CHECK(Client(p.api, p.alice, {"read"}).del("/api/v1/profile/avatar").status() == 403);
  CHECK_FALSE(
      p.world.read([&](db::Tx& tx) { return store::find_picture(tx, model::PictureKind::avatar, p.alice.id.value); })
          ->picture);
}

TEST_CASE("pictures of other servers are shown from here", "[api][account][media]") {
  Pictures p;
  auto bob = p.world.remote_account("bob", "remote.example");
  bob.avatar_url = "https://remote.example/a.gif";
  p.world.write([&](db::Tx& tx) { store::update_account(tx, bob); });
  const auto shown = Client(p.api).get("/api/v1/accounts/" + bob.id.str()).json();
  const auto avatar = shown["avatar"].get<std::string>();
  CHECK(avatar.starts_with("https://example.org/media/avatars/" + bob.id.str() + "/"));
  CHECK(shown["avatar_static"] == avatar + "/still");
  CHECK(shown["header"] == "https://example.org/static/header.png");
}
