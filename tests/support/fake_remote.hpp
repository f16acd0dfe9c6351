#pragma once

#include "dunlin/service/remote_documents.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::test {

/// The rest of the network as a map of addresses: answers what the test put there, else 404. No socket.
class FakeRemote {
 public:
  using Json = nlohmann::json;
  using Document = service::RemoteDocument;

  std::vector<std::string> requested;   // in order
  std::vector<std::string> signatures;  // of the requests that were signed beforehand

  void serve(const std::string& url, const Json& document, const std::string& type = "application/activity+json") {
    serve_text(url, document.dump(), type);
  }
  void serve_text(const std::string& url, std::string body, const std::string& type) {
    put(url, {.status = 200,
              .content_type = type,
              .body = std::move(body),
              .link_header = {},
              .final_url = url,
              .failure = {}});
  }
  /// Shown to requests that an account has signed; to the instance it is not there.
  void serve_followers(const std::string& url, const Json& document) {
    for_followers_[url] = {.status = 200,
                           .content_type = "application/activity+json",
                           .body = document.dump(),
                           .link_header = {},
                           .final_url = url,
                           .failure = {}};
  }
  void put(const std::string& url, Document document) { documents_[url] = std::move(document); }
  void answer_status(const std::string& url, int status) {
    put(url, {.status = status, .content_type = {}, .body = {}, .link_header = {}, .final_url = url, .failure = {}});
  }
  void break_down(const std::string& url, const std::string& failure = "timeout: no answer") {
    put(url, {.status = 0, .content_type = {}, .body = {}, .link_header = {}, .final_url = url, .failure = failure});
  }
  /// The answer of `to`, as if `from` had redirected there.
  void redirect(const std::string& from, const std::string& to) { put(from, documents_.at(to)); }
  void remove(const std::string& url) { documents_.erase(url); }

  /// `handle`: user@domain. `subject`: the handle that the answer names, "" = the same.
  void webfinger(const std::string& handle, const std::string& actor, const std::string& subject = {}) {
    const auto domain = handle.substr(handle.find('@') + 1);
    serve(webfinger_url(handle, domain),
          {{"subject", "acct:" + (subject.empty() ? handle : subject)},
           {"links", Json::array({{{"rel", "self"}, {"type", "application/activity+json"}, {"href", actor}}})}},
          "application/jrd+json; charset=utf-8");
  }
  static std::string webfinger_url(const std::string& handle, const std::string& domain) {
    return "https://" + domain + "/.well-known/webfinger?resource=acct:" + handle;
  }

  /// What the edge does: runs `body(documents)` until it lacks no document.
  template <class F>
  auto run_with(F&& body) {
    service::RemoteDocuments documents;
    for (;;) {
      auto result = body(documents);
      if (!documents.wanted()) return result;
      const auto wanted = *documents.wanted();
      documents.put(wanted, answer(wanted));
    }
  }

 private:
  Document answer(const service::RemoteRequest& request) {
    requested.push_back(request.url);
    const bool as_follower = request.kind == service::RemoteKind::as_follower;
    for (const auto& [name, value] : request.headers) {
      if (as_follower && name == "Signature") signatures.push_back(value);
    }
    const auto& documents = as_follower && for_followers_.contains(request.url) ? for_followers_ : documents_;
    const auto found = documents.find(request.url);
    if (found == documents.end()) {
      return {
          .status = 404, .content_type = {}, .body = {}, .link_header = {}, .final_url = request.url, .failure = {}};
    }
    if (request.kind == service::RemoteKind::key && found->second.final_url != request.url) {
      return {
          .status = 302, .content_type = {}, .body = {}, .link_header = {}, .final_url = request.url, .failure = {}};
    }
    return found->second;
  }

  std::map<std::string, Document> documents_;
  std::map<std::string, Document> for_followers_;
};

}  // namespace dunlin::test
