#pragma once

#include "source_dir.hpp"
#include "support/fediverse.hpp"

#include "dunlin/activitypub/proof.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

inline const crypto::PrivateKey& proof_key() {
  static const auto key = crypto::PrivateKey::generate_ed25519();
  return key;
}

/// What other software sends, each in its own manner, and what is to come of it: tests/fixtures/federation.
///
/// `activities` has one of these for each step: an activity of `sender`; {"signer", "activity"}, sent by another;
/// {"gone": address}, what is no longer there; {"now": document}, what its server says from here on. A `proof` of
/// {"by": key id} becomes a good one. {anna}, {status} and {poll} stand for what is ours, "KEY" and "MULTIBASE" for the
/// keys. "asked": Anna has asked to follow the sender; {follow} stands for that Follow.
struct Peer : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Status status = world.status(anna);
  std::optional<model::Status> poll;
  std::string follow;
  Json fixture;

  explicit Peer(const std::filesystem::path& file) {
    const model::QuotePolicy by_all{.automatic = model::QuotePolicy::public_};
    world.write([&](db::Tx& tx) { store::set_quote_policy(tx, status.id, by_all); });
    std::ifstream stream(file);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (text.find("{poll}") != std::string::npos)
      poll = ask(text.find("\"our_poll\": \"multiple\"") != std::string::npos);
    text = replaced(text, "{anna}", anna.uri);
    text = replaced(text, "{status}", status.uri);
    if (poll) text = replaced(text, "{poll}", poll->uri);
    text = replaced(text, "\"MULTIBASE\"", Json(proof_key().public_key().to_multibase()).dump());
    fixture = Json::parse(replaced(text, "\"KEY\"", Json(test::test_key().public_key().to_pem()).dump()));
    for (const auto& [url, document] : fixture["serve"].items()) serve_document(url, document);
  }

  model::Status ask(bool multiple) {
    const auto user = world.user_of(anna);
    service::StatusDraft draft;
    draft.text = "which?";
    draft.poll = model::PollDraft{
        .options = {"Tea", "Coffee", "Water"}, .expires_in_seconds = 3600, .multiple = multiple, .hide_totals = false};
    service::RemoteDocuments documents;
    return world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, draft).value(); });
  }

  void serve_document(const std::string& url, const Json& document) { remote.serve(url, document); }

  model::Account sender() {
    const Json& document = fixture["sender"];
    const std::string id = document["id"];
    remote.serve(id, document);
    remote.webfinger(fixture["handle"], id);
    const auto account = actor(id);
    if (fixture["followed"] == true) world.follow(anna, account);
    if (fixture.value("asked", false)) {
      follow = world.write([&](db::Tx& tx) {
        REQUIRE(services.follows.follow(tx, anna, account.id, {}));
        return store::find_follow_request(tx, anna.id, account.id).value().uri.value();
      });
    }
    return account;
  }
  model::Account actor(const std::string& uri) {
    const auto account = resolve([&](Resolver& r) { return r.actor(uri); });
    REQUIRE(account);
    return *account;
  }

  Outcome take(const model::Account& sender, const Json& written) {
    const auto step = Json::parse(replaced(written.dump(), "{follow}", follow));
    if (step.contains("signer")) return receive(actor(step["signer"]), proven(step["activity"]));
    return receive(sender, proven(step));
  }
  Json proven(Json activity) {
    if (!activity.contains("proof") || !activity["proof"].contains("by")) return activity;
    const std::string key_id = activity["proof"]["by"];
    activity.erase("proof");
    return Json::parse(add_proof(activity.dump(), key_id, proof_key(), world.clock.now()));
  }
};

/// The files, in the order of their names.
inline std::vector<std::filesystem::path> peer_fixtures() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(DUNLIN_SOURCE_DIR) + "/tests/fixtures/federation")) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace dunlin::activitypub
