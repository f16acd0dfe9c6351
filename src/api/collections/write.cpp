#include "handlers.hpp"
#include "validation.hpp"

#include "dunlin/api/entities/collection.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/collections.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::api {

namespace {

service::CollectionChange read_change(const http::Params& params) {
  return {.name = params.text("name"),
          .description = params.text("description"),
          .language = params.text("language"),
          .sensitive = params.boolean("sensitive"),
          .discoverable = params.boolean("discoverable"),
          .tag_name = params.text("tag_name")};
}

http::Response answer(Call& call, const model::Collection& collection) {
  json::Writer out;
  out.begin_object().key("collection");
  entities::render_collection(out, call.config(), collection, call.viewer_id());
  out.end_object();
  return call.json(out.take());
}

}  // namespace

Result<http::Response> create_collection(Call& call) {
  auto& collections = call.services().collections;
  const auto change = read_change(call.params());
  if (const auto faults = collections.check(change, true); !faults.empty()) return validation_failed(faults);
  std::vector<AccountId> members;
  for (const auto& text : call.params().list("account_ids")) {
    const auto id = AccountId::parse(text);
    if (!id) return fail(Errc::not_found, "Record not found");
    if (std::ranges::find(members, *id) == members.end()) members.push_back(*id);
  }
  return answer(call, TRY(collections.create(call.tx(), call.viewer(), change, members)));
}

Result<http::Response> change_collection(Call& call) {
  auto& collections = call.services().collections;
  const auto id = TRY(call.path_id<model::CollectionId>("id"));
  const auto change = read_change(call.params());
  TRY(collections.get_own(call.tx(), *call.viewer_id(), id));
  if (const auto faults = collections.check(change, false); !faults.empty()) return validation_failed(faults);
  return answer(call, TRY(collections.change(call.tx(), *call.viewer_id(), id, change)));
}

Result<http::Response> delete_collection(Call& call) {
  const auto id = TRY(call.path_id<model::CollectionId>("id"));
  TRY_VOID(call.services().collections.remove(call.tx(), *call.viewer_id(), id));
  return call.json("{}");
}

Result<http::Response> add_collection_item(Call& call) {
  const auto id = TRY(call.path_id<model::CollectionId>("collection_id"));
  const auto given = call.params().text("account_id").value_or("");
  if (given.empty()) return fail(Errc::invalid, "`account_id` parameter is missing");
  const auto member = AccountId::parse(given);
  if (!member) return fail(Errc::not_found, "Record not found");
  const auto item = TRY(call.services().collections.add(call.tx(), call.viewer(), id, *member));
  json::Writer out;
  out.begin_object().key("collection_item");
  entities::render_collection_item(out, item);
  out.end_object();
  return call.json(out.take());
}

Result<http::Response> delete_collection_item(Call& call) {
  const auto id = TRY(call.path_id<model::CollectionId>("collection_id"));
  const auto item = TRY(call.path_id<model::CollectionItemId>("id"));
  TRY_VOID(call.services().collections.remove_item(call.tx(), *call.viewer_id(), id, item));
  return call.json("{}");
}

Result<http::Response> revoke_collection_item(Call& call) {
  const auto id = TRY(call.path_id<model::CollectionId>("collection_id"));
  const auto item = TRY(call.path_id<model::CollectionItemId>("id"));
  TRY_VOID(call.services().collections.revoke(call.tx(), *call.viewer_id(), id, item));
  return call.json("{}");
}

}  // namespace dunlin::api
