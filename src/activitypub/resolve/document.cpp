#include "resolve/document.hpp"

#include "dunlin/activitypub/host_budget.hpp"
#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"

namespace dunlin::activitypub {

using service::RemoteDocument;
using service::RemoteKind;

namespace {

constexpr const char* kFailed = "Remote data could not be fetched";

Result<void> check_status(const RemoteDocument& answer, std::string_view url) {
  const std::string detail = std::string(url) + " answered " + std::to_string(answer.status);
  switch (answer.status) {
    case 200:
      return {};
    case 401:
    case 403:
      return fail(Errc::forbidden, kFailed, detail);
    case 404:
      return fail(Errc::not_found, kFailed, detail);
    case 410:
      return fail(Errc::gone, kFailed, detail);
    case 408:
    case 425:
    case 429:
      return fail(Errc::remote_failed, kFailed, detail);
    default:
      // 3xx: a redirect where none may be followed.
      return fail(answer.status >= 300 && answer.status < 500 ? Errc::bad_request : Errc::remote_failed, kFailed,
                  detail);
  }
}

}  // namespace

Result<void> check_fetchable(const config::Config& config, std::string_view url) {
  const auto parsed = Url::parse(url);
  if (!parsed) return fail(Errc::bad_request, kFailed, "not a URL");
  if (parsed->scheme != "https" && !config.federation.allow_http) return fail(Errc::bad_request, kFailed, "not https");
  if (service::uris::is_own_url(config, url)) return fail(Errc::not_found, kFailed, "our own, and not here");
  return {};
}

std::string page_of(const std::string& url, const std::string& id) {
  const auto page = Url::parse(url);
  const auto document = Url::parse(id);
  if (!page || !document || page->scheme != document->scheme) return id;
  const bool same_owner = page->host == document->host
                              ? page->port == document->port
                              : HostBudget::registrable(page->host) == HostBudget::registrable(document->host);
  return same_owner ? url : id;
}

Result<const RemoteDocument*> fetch_answer(const config::Config& config, service::RemoteDocuments& documents,
                                           std::string_view url, RemoteKind kind) {
  TRY_VOID(check_fetchable(config, url));
  // The fragment is no business of the server's.
  const std::string without_fragment(url.substr(0, url.find('#')));
  const auto* answer = TRY(documents.get({without_fragment, kind}));
  TRY_VOID(check_answer(config, *answer, without_fragment));
  return answer;
}

Result<void> check_answer(const config::Config& config, const RemoteDocument& answer, std::string_view url) {
  if (!answer.failure.empty()) return fail(Errc::remote_failed, kFailed, answer.failure + " at " + std::string(url));
  // A redirect may not lead home: bodies of ours (uploads) are not documents.
  if (!answer.final_url.empty()) TRY_VOID(check_fetchable(config, answer.final_url));
  return check_status(answer, url);
}

Result<Object> read_answer(const RemoteDocument& answer, std::string_view requested) {
  const std::string_view url = answer.final_url.empty() ? requested : answer.final_url;
  if (!is_activity_type(answer.content_type)) {
    return fail(Errc::bad_request, kFailed, "content type " + answer.content_type);
  }
  auto object = TRY(parse_document(answer.body));
  if (!same_origin(object.id, url)) {
    return fail(Errc::bad_request, kFailed, std::string(url) + " speaks for " + object.id);
  }
  return object;
}

Result<Object> fetch_document(const config::Config& config, service::RemoteDocuments& documents, std::string_view id) {
  const auto* answer = TRY(fetch_answer(config, documents, id, RemoteKind::activity));
  auto object = TRY(read_answer(*answer, id));
  if (object.id == id || object.id == id.substr(0, id.find('#'))) return object;
  const auto* canonical = TRY(fetch_answer(config, documents, object.id, RemoteKind::key));
  auto again = TRY(read_answer(*canonical, object.id));
  if (again.id != object.id) return fail(Errc::bad_request, kFailed, object.id + " calls itself " + again.id);
  return again;
}

}  // namespace dunlin::activitypub
