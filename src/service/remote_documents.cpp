#include "dunlin/service/remote_documents.hpp"

namespace dunlin::service {

Result<const RemoteDocument*> RemoteDocuments::get(const RemoteRequest& request) {
  if (const auto found = documents_.find(request); found != documents_.end()) return &found->second;
  if (documents_.size() >= budget_) {
    return fail(Errc::remote_failed, "Remote data could not be fetched", "fetch budget used up at " + request.url);
  }
  wanted_ = request;
  return fail(Errc::need_remote, "Remote data could not be fetched", request.url);
}

const RemoteDocument* RemoteDocuments::find_answer(std::string_view url, RemoteKind kind) const {
  for (const auto& [request, document] : documents_) {
    if (request.url == url && request.kind == kind) return &document;
  }
  return nullptr;
}

void RemoteDocuments::put(const RemoteRequest& request, RemoteDocument document) {
  documents_.insert_or_assign(request, std::move(document));
  wanted_.reset();
}

}  // namespace dunlin::service
