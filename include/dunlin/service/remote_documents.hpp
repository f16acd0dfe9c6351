#pragma once

#include "dunlin/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::service {

/// What a core function lacks: one document from another server.
enum class RemoteKind : std::uint8_t {
  activity,     // Accept: ActivityPub types; the answer must have one (federation.md 1.7)
  webfinger,    // Accept: application/jrd+json, application/json
  host_meta,    // Accept: application/xrd+xml, application/json
  page,         // a URL pasted by a person: ActivityPub or HTML, redirects allowed
  key,          // as activity, but no redirect is followed
  as_follower,  // the same, signed already by `headers`: in the name of somebody here, and not of the instance
  web_page,     // HTML for a link preview; a page that is too large is cut
  oembed,       // Accept: application/json
  push,         // POST of `body` with `headers` to a push service
  translate,    // POST of `body` to the translator that the admin has named
  media,        // no document: the file that RemoteFile::name() in `url` names is then in the cache (remote_media.hpp)
};

struct RemoteRequest {
  std::string url;
  RemoteKind kind = RemoteKind::activity;
  std::string body{};  // of a POST
  std::vector<std::pair<std::string, std::string>> headers{};
  friend auto operator<=>(const RemoteRequest&, const RemoteRequest&) = default;
};

/// The answer. `failure` is empty when some HTTP answer came.
struct RemoteDocument {
  int status = 0;
  std::string content_type;
  std::string body;
  std::string link_header;  // of a page: RFC 8288 Link
  std::string final_url;    // after redirects
  std::string failure;      // "timeout", "refused address", "too large", ...: for logs
};

/// How the blocking core asks for the network. A function that lacks a document calls get(); when it is not here yet,
/// get() notes the wish and returns Errc::need_remote, the transaction rolls back, the edge fetches the document under
/// all guards and puts it here, and the function runs again from its start. One object lives for one request or job.
class RemoteDocuments {
 public:
  explicit RemoteDocuments(std::size_t budget = 24) : budget_(budget) {}

  /// Errors: need_remote (run again later); remote_failed when the budget of fetches is used up.
  Result<const RemoteDocument*> get(const RemoteRequest& request);

  /// What was answered to a request of this kind, whatever its body was: for messages that are encrypted anew each
  /// time. nullptr: nothing yet.
  [[nodiscard]] const RemoteDocument* find_answer(std::string_view url, RemoteKind kind) const;

  /// Nothing was fetched yet: the first run of the request.
  [[nodiscard]] bool is_first_run() const { return documents_.empty(); }

  /// For the edge: the document that is wanted now, if any.
  [[nodiscard]] const std::optional<RemoteRequest>& wanted() const { return wanted_; }
  void put(const RemoteRequest& request, RemoteDocument document);

 private:
  std::size_t budget_;
  std::map<RemoteRequest, RemoteDocument> documents_;
  std::optional<RemoteRequest> wanted_;
};

}  // namespace dunlin::service
