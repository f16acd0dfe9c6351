#include "support/api_client.hpp"
#include "support/api_shape.hpp"
#include "support/media.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <cctype>

using namespace dunlin;
using namespace dunlin::test;
using Json = nlohmann::json;

namespace {

/// A LibreTranslate that answers each text in capitals, behind the API of a server that uses it.
struct Fixture {
  static config::Config default_config() {
    auto config = Api::default_config();
    config.translation.url = "http://127.0.0.1:5000";
    config.translation.api_key = "key";
    return config;
  }
  explicit Fixture(config::Config config = default_config()) : api(world, std::move(config)) {}

  World world;
  Api api;
  model::Account alice = world.local_account("alice");
  std::string token = api.token(world.user_of(alice).id, {"read"});
  std::vector<Json> requests;  // bodies of /translate
  int languages_asked = 0;
  int status = 200;
  std::string failure;
  std::optional<std::string> body;  // instead of the right answer

  service::RemoteDocument answer(const service::RemoteRequest& request) {
    service::RemoteDocument document{.status = status,
                                     .content_type = "application/json",
                                     .body = body.value_or("{}"),
                                     .link_header = {},
                                     .final_url = request.url,
                                     .failure = failure};
    CHECK(request.kind == service::RemoteKind::translate);
    if (request.url == "http://127.0.0.1:5000/languages") {
      ++languages_asked;
      if (status == 200 && !body) {
        document.body = R"([{"code": "de", "name": "German", "targets": ["de", "en", "pt"]},
                            {"code": "en", "name": "English", "targets": ["de", "en"]}, {"bad": 1}])";
      }
      return document;
    }
    CHECK(request.url == "http://127.0.0.1:5000/translate");
    const auto sent = Json::parse(request.body);
    requests.push_back(sent);
    if (status != 200 || body) return document;
    Json texts = Json::array();
    for (const auto& text : sent.at("q")) {
      auto shouted = text.get<std::string>();
      for (const auto* word : {"hallo", "achtung"}) {
        std::string capitals = word;
        for (char& c : capitals) c = static_cast<char>(std::toupper(c));
        shouted = text::replace_all(shouted, word, capitals);
      }
      texts.push_back(shouted);
    }
    Json reply = {{"translatedText", texts}};
    if (sent.at("source") == "auto") {
      reply["detectedLanguage"] = Json::array({{{"language", "de"}, {"confidence", 90}}});
    }
    document.body = reply.dump();
    return document;
  }

  Answer send(http::Method method, const std::string& target, const std::string& with_token) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.headers.add("Authorization", "Bearer " + with_token);
    return api.send_with(request, [this](const service::RemoteRequest& wanted) { return answer(wanted); });
  }
  Answer translate(const model::Status& what, const std::string& query = "?lang=en") {
    return send(http::Method::post, "/api/v1/statuses/" + what.id.str() + "/translate" + query, token);
  }
  model::Status german(const std::string& content = "<p>hallo</p>", const std::string& spoiler = "") {
    return world.status(alice, {.content = content, .language = "de", .spoiler_text = spoiler});
  }
};

}  // namespace

TEST_CASE("a status is translated, and the same text costs the translator once", "[api][translation]") {
  Fixture f;
  const auto status = f.german("<p>hallo :blobcat: <a href=\"https://a.example/\">da</a></p>", "achtung < alle");
  const auto translation = f.translate(status).json();
  CHECK(Shapes().problems(translation, "Translation") == std::vector<std::string>{});
  CHECK(translation.at("content").get<std::string>().starts_with("<p>HALLO :blobcat: <a href=\"https://a.example/\""));
  CHECK(translation.at("spoiler_text") == "ACHTUNG < alle");
  CHECK(translation.at("language") == "en");
  CHECK(translation.at("detected_source_language") == "de");
  CHECK(translation.at("provider") == "LibreTranslate");
  REQUIRE(f.requests.size() == 1);
  CHECK(f.requests[0].at("format") == "html");
  CHECK(f.requests[0].at("source") == "de");
  CHECK(f.requests[0].at("target") == "en");
  CHECK(f.requests[0].at("api_key") == "key");
  CHECK(f.requests[0].at("q")[0].get<std::string>().contains("<span translate=\"no\">:blobcat:</span>"));
  CHECK(f.translate(status).json() == translation);
  CHECK(f.translate(status, "?lang=en-GB").json() == translation);
  CHECK(f.requests.size() == 1);
  CHECK(f.languages_asked == 1);
}

TEST_CASE("the language is the reader's own when none is asked, the source is found out when unknown",
          "[api][translation]") {
  Fixture f;
  const auto status = f.world.status(f.alice, {.content = "<p>hallo</p>"});
  const auto translation = f.translate(status, "").json();
  CHECK(translation.at("language") == "en");
  CHECK(translation.at("detected_source_language") == "de");
  CHECK(f.requests.at(0).at("source") == "auto");
}

TEST_CASE("a translator's answer is remote HTML like any other", "[api][translation]") {
  Fixture f;
  f.translate(f.german());
  f.body = R"({"translatedText": ["<p onclick='x'>a<script>b</script></p>", ""]})";
  CHECK(f.translate(f.german("<p>x</p>")).json().at("content") == "<p>a</p>");
}

TEST_CASE("only what is public or unlisted is translated, and only known pairs of languages", "[api][translation]") {
  Fixture f;
  const auto bob = f.world.local_account("bob");
  f.world.follow(f.alice, bob);
  const auto closed = f.world.status(bob, {.visibility = model::Visibility::private_, .language = "de"});
  CHECK(f.translate(closed).status() == 403);
  CHECK(f.translate(closed).error() == "This action is not allowed");
  const auto hidden = f.world.status(bob, {.visibility = model::Visibility::direct, .language = "de"});
  CHECK(f.translate(hidden).error() == "Record not found");
  const auto status = f.german();
  CHECK(f.translate(status, "?lang=xx").status() == 403);
  CHECK(f.translate(status, "?lang=de").status() == 403);
  CHECK(f.translate(f.world.status(bob, {.language = "fr"})).status() == 403);
  CHECK(f.translate(f.world.status(bob, {.language = "en"}), "?lang=pt").status() == 403);
  CHECK(f.requests.empty());
  CHECK(f.send(http::Method::post, "/api/v1/statuses/x/translate", f.token).status() == 404);
  CHECK(f.translate(f.world.status(bob, {.visibility = model::Visibility::unlisted, .language = "de"})).status() ==
        200);
}

TEST_CASE("without a translator there are no translations", "[api][translation]") {
  Fixture f(Api::default_config());
  CHECK(f.translate(f.german()).status() == 404);
  CHECK(f.send(http::Method::get, "/api/v1/instance/translation_languages", "").json() == Json::object());
  const auto instance = Client(f.api).get("/api/v2/instance").json();
  CHECK(instance.at("configuration").at("translation").at("enabled") == false);
}

TEST_CASE("the languages of a translator are asked once a week", "[api][translation]") {
  Fixture f;
  const auto languages = [&] { return f.send(http::Method::get, "/api/v1/instance/translation_languages", ""); };
  CHECK(languages().json() == Json::parse(R"({"de": ["en", "pt"], "en": ["de"], "und": ["en", "pt", "de"]})"));
  languages();
  CHECK(f.languages_asked == 1);
  f.world.clock.advance(std::chrono::hours(24 * 8));
  f.status = 503;
  CHECK(languages().json().size() == 3);
  CHECK(f.languages_asked == 2);
  CHECK(Client(f.api).get("/api/v2/instance").json().at("configuration").at("translation").at("enabled") == true);
}

TEST_CASE("trouble of the translator has its own texts", "[api][translation]") {
  Fixture f;
  f.translate(f.german());
  struct Row {
    int status;
    const char* failure;
    const char* body;
    const char* error;
  };
  const char* const trouble = "There was a temporary problem serving your request, please try again";
  const Row rows[] = {
      {429, "", "{}", "There have been too many requests to the translation service recently."},
      {403, "", "{}", "The server-wide usage quota for the translation service has been exceeded."},
      {500, "", "{}", trouble},
      {0, "timeout: no answer", "", trouble},
      {200, "", "<html>", trouble},
      {200, "", R"({"translatedText": "one text"})", trouble},
      {200, "", R"({"translatedText": ["too few"]})", trouble},
      {200, "", "[]", trouble},
  };
  int n = 0;
  for (const Row& row : rows) {
    CAPTURE(row.status, row.body);
    f.status = row.status;
    f.failure = row.failure;
    f.body = row.body;
    const auto answer = f.translate(f.german("<p>text " + std::to_string(++n) + "</p>"));
    CHECK(answer.status() == 503);
    CHECK(answer.error() == row.error);
  }
}

TEST_CASE("the options of a poll and the descriptions of media are translated as well", "[api][translation]") {
  Fixture f;
  const auto posted =
      Client(f.api, f.alice)
          .post("/api/v1/statuses", {{"status", "hallo"},
                                     {"language", "de"},
                                     {"poll", {{"options", {"hallo < 1", "nein"}}, {"expires_in", 3600}}}})
          .json();
  const auto id = StatusId::parse(posted.at("id").get<std::string>()).value();
  auto status = f.world.read([&](db::Tx& tx) { return store::find_status(tx, id).value(); });
  const std::vector<MediaId> media{
      upload(f.world, f.alice, [](model::MediaAttachment& m) { m.description = "achtung"; }).id,
      upload(f.world, f.alice, [](model::MediaAttachment& m) { m.description = ""; }).id};
  f.world.write([&](db::Tx& tx) {
    store::attach_media(tx, id, media);
    status.set(model::Part::media);
    store::update_status(tx, status, {});
  });
  const auto translation = f.translate(status).json();
  CHECK(Shapes().problems(translation, "Translation") == std::vector<std::string>{});
  CHECK(translation.at("poll").at("id") == posted.at("poll").at("id"));
  CHECK(translation.at("poll").at("options") == Json::parse(R"([{"title": "HALLO < 1"}, {"title": "nein"}])"));
  REQUIRE(translation.at("media_attachments").size() == 1);
  CHECK(translation.at("media_attachments")[0].at("description") == "ACHTUNG");
}
