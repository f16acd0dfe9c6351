#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <string>
#include <string_view>

namespace dunlin::activitypub {

/// May be asked for at all: http(s) as configured, not on our own host.
Result<void> check_fetchable(const config::Config& config, std::string_view url);
/// The HTTP answer as a value or as the reason why there is none.
Result<const service::RemoteDocument*> fetch_answer(const config::Config& config, service::RemoteDocuments& documents,
                                                    std::string_view url, service::RemoteKind kind);
/// The HTTP answer is a document, as far as HTTP says.
Result<void> check_answer(const config::Config& config, const service::RemoteDocument& answer, std::string_view url);
/// The answer to a request for `requested` as an ActivityPub document whose id lies on the origin that answered.
Result<Object> read_answer(const service::RemoteDocument& answer, std::string_view requested);
/// The document of an id: its own id is the one asked for, or is asked in turn, once and without redirects
/// (federation.md 1.7; CVE-2024-23832, CVE-2024-52591).
Result<Object> fetch_document(const config::Config& config, service::RemoteDocuments& documents, std::string_view id);

/// The page that people are sent to: the one that the document names, if that is below the same owner's domain
/// (Threads: www.), else the document. A page elsewhere would pass its author off as somebody there
/// (federation.md 6.1).
std::string page_of(const std::string& url, const std::string& id);

}  // namespace dunlin::activitypub
