#include "dunlin/service/aliases.hpp"

#include "credentials.hpp"
#include "handlers.hpp"

#include "dunlin/json/writer.hpp"

#include <string>

/// Other accounts of one's own: GoToSocial's form, which sets all at once, and Pleroma's, which adds and removes one
/// (client-api.md 7.1, 7.2).
namespace dunlin::api {

namespace {

using Change = Result<model::Account> (*)(service::Environment&, db::Tx&, service::RemoteDocuments&, AccountId,
                                          std::string_view);

Result<http::Response> change_one(Call& call, Change change) {
  const auto alias = TRY(call.params().required("alias"));
  TRY(change(call.env(), call.tx(), call.documents(), *call.viewer_id(), alias));
  return call.json(R"({"status":"success"})");
}

}  // namespace

Result<http::Response> set_aliases(Call& call) {
  const auto names = call.params().list("also_known_as_uris");
  const auto account = TRY(service::set_aliases(call.env(), call.tx(), call.documents(), *call.viewer_id(), names));
  return credentials(call, call.tx(), account, call.user());
}

Result<http::Response> list_aliases(Call& call) {
  json::Writer out;
  out.begin_object().key("aliases").begin_array();
  for (const auto& uri : call.viewer().also_known_as) out.value(uri);
  out.end_array().end_object();
  return call.json(out.take());
}

Result<http::Response> add_alias(Call& call) {
  return change_one(call, &service::add_alias);
}

Result<http::Response> remove_alias(Call& call) {
  return change_one(call, &service::remove_alias);
}

}  // namespace dunlin::api
