#pragma once

#include "activitypub_signature.hpp"

#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Who may GET what (federation.md 2.9).
namespace dunlin::web {

/// Who asks for a document.
struct DocumentVisitor {
  std::optional<RequestSignature> signature;  // well-formed, not verified yet
  std::optional<model::Account> account;      // whose key it names, if that is known or proven
  bool proven = false;                        // the signature has been verified: always so in secure mode
};

/// Errors: not_found for servers that are blocked; in secure mode unauthorized for a wrong signature, need_remote.
/// A wrong signature counts as none otherwise. For Access::own.
Result<DocumentVisitor> meet(const api::Call& call);
/// Verifies the visitor's signature now, where that has not been done. Errors: unauthorized, need_remote.
Result<model::Account> prove(const api::Call& call, db::Tx& tx, const DocumentVisitor& visitor);
/// What is open to everybody but those whom its author blocks; in secure mode to who is proven. Errors: unauthorized,
/// not_found.
Result<void> admit(const api::Call& call, db::Tx& tx, const DocumentVisitor& visitor, const model::Account& author);

/// The status of the path, for somebody who may see it.
struct ShownStatus {
  model::Account author;
  model::Status status;
  std::vector<model::Mention> mentions;
  bool to_signer_only = false;  // not public: the answer is for this one
};
using ShowStatus = std::function<Result<http::Response>(db::Tx&, const ShownStatus&)>;
/// Called when there is no such status: what stands in its place.
using ShowMissing = std::function<Result<http::Response>(db::Tx&)>;
/// Public statuses for everybody, others for a signer whom they are addressed to. Who may not see it learns nothing
/// (CVE-2025-67500). Errors: not_found, unauthorized, need_remote.
Result<http::Response> serve_status(api::Call& call, const ShowStatus& show, const ShowMissing& missing = {});

/// Their server is not blocked.
bool may_federate(const api::Call& call, const model::Account& account);
std::string origin_of(const model::Account& account);

/// 200 with a document that everybody, or only this visitor, may have.
http::Response document_for(const api::Call& call, std::string body, bool to_signer_only = false);

}  // namespace dunlin::web
