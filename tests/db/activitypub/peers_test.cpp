#include "source_dir.hpp"
#include "support/fediverse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// What other software sends, each in its own manner, and what is to come of it: tests/fixtures/federation.
namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

struct Peer : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Status status = world.status(anna);
  Json fixture;

  explicit Peer(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    text = replaced(text, "{anna}", anna.uri);
    text = replaced(text, "{status}", status.uri);
    fixture = Json::parse(replaced(text, "\"KEY\"", Json(test::test_key().public_key().to_pem()).dump()));
    for (const auto& [url, document] : fixture["serve"].items()) serve_document(url, document);
  }
  void serve_document(const std::string& url, const Json& document) { remote.serve(url, document); }

  model::Account sender() {
    const Json& document = fixture["sender"];
    const std::string id = document["id"];
    remote.serve(id, document);
    remote.webfinger(fixture["handle"], id);
    const auto account = resolve([&](Resolver& r) { return r.actor(id); });
    REQUIRE(account);
    if (fixture["followed"] == true) world.follow(anna, *account);
    return *account;
  }
};

void check_status(Peer& peer, const Json& expected) {
  const auto status = peer.find_status(expected["uri"]);
  REQUIRE(status);
  for (const std::string part : expected.value("contains", Json::array()))
    CHECK_THAT(status->content, Catch::Contains(part));
  for (const std::string part : expected.value("lacks", Json::array()))
    CHECK_THAT(status->content, !Catch::Contains(part));
  CHECK(to_string(status->visibility) == expected["visibility"].get<std::string>());
  if (expected.contains("spoiler")) CHECK(status->spoiler_text == expected["spoiler"].get<std::string>());
  if (expected.contains("sensitive")) CHECK(status->sensitive == expected["sensitive"].get<bool>());
  if (expected.contains("url")) CHECK(status->url == expected["url"].get<std::string>());
  if (expected.contains("language")) CHECK(status->language == expected["language"].get<std::string>());
  if (expected.contains("edited")) CHECK(status->edited_at.has_value() == expected["edited"].get<bool>());
  if (expected.contains("reply")) {
    CHECK((status->in_reply_to_id == peer.status.id) == expected["reply"].get<bool>());
  }
  if (expected.contains("author")) {
    const auto author = peer.find_account(expected["author"]);
    REQUIRE(author);
    CHECK(status->account_id == author->id);
  }
  if (expected.contains("quotes")) CHECK(status->has(model::Part::quote) == expected["quotes"].get<bool>());
}

}  // namespace

TEST_CASE("8.82: what each software sends comes out as it should", "[activitypub][peers]") {
  const std::filesystem::path folder = std::string(DUNLIN_SOURCE_DIR) + "/tests/fixtures/federation";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  REQUIRE(files.size() >= 25);
  for (const auto& file : files) {
    DYNAMIC_SECTION(file.stem().string()) {
      Peer peer(file);
      const auto sender = peer.sender();
      std::vector<std::string> verdicts;
      for (const Json& activity : peer.fixture["activities"]) {
        const auto outcome = peer.receive(sender, activity);
        verdicts.emplace_back(to_string(outcome.verdict));
        UNSCOPED_INFO(verdicts.back() << ": " << outcome.reason);
      }
      const Json& expected = peer.fixture["expect"];
      CHECK(verdicts == expected["verdicts"].get<std::vector<std::string>>());
      if (expected.contains("status")) check_status(peer, expected["status"]);
      for (const std::string uri : expected.value("absent", Json::array())) CHECK_FALSE(peer.find_status(uri));
      if (expected.contains("boosts")) {
        CHECK(peer.find_status(expected["status"]["uri"])->reblogs_count == expected["boosts"].get<int>());
      }
    }
  }
}

}  // namespace dunlin::activitypub
