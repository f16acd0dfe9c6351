#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

/// The paths of the first drafts, which some clients still call.
template <Handler handler>
Result<http::Response> deprecated(Call& call) {
  auto response = TRY(handler(call));
  response.headers.set("Deprecation", "@1781049600");
  return response;
}

constexpr std::string_view kRead = "read:collections";
constexpr std::string_view kWrite = "write:collections";

constexpr Route kCollectionRoutes[] = {
    {Method::post, "/api/v1/collections", Auth::user, kWrite, &create_collection},
    {Method::get, "/api/v1/collections/:id", Auth::optional, kRead, &show_collection},
    {Method::patch, "/api/v1/collections/:id", Auth::user, kWrite, &change_collection},
    {Method::delete_, "/api/v1/collections/:id", Auth::user, kWrite, &delete_collection},
    {Method::post, "/api/v1/collections/:collection_id/items", Auth::user, kWrite, &add_collection_item},
    {Method::delete_, "/api/v1/collections/:collection_id/items/:id", Auth::user, kWrite, &delete_collection_item},
    {Method::post, "/api/v1/collections/:collection_id/items/:id/revoke", Auth::user, kWrite, &revoke_collection_item},
    {Method::get, "/api/v1/accounts/:account_id/collections", Auth::optional, kRead, &list_account_collections},
    {Method::get, "/api/v1/accounts/:account_id/in_collections", Auth::user, kRead, &list_collections_with_account},
    {Method::post, "/api/v1_alpha/collections", Auth::user, kWrite, &deprecated<&create_collection>},
    {Method::get, "/api/v1_alpha/collections/:id", Auth::optional, kRead, &deprecated<&show_collection>},
    {Method::patch, "/api/v1_alpha/collections/:id", Auth::user, kWrite, &deprecated<&change_collection>},
    {Method::delete_, "/api/v1_alpha/collections/:id", Auth::user, kWrite, &deprecated<&delete_collection>},
    {Method::post, "/api/v1_alpha/collections/:collection_id/items", Auth::user, kWrite,
     &deprecated<&add_collection_item>},
    {Method::delete_, "/api/v1_alpha/collections/:collection_id/items/:id", Auth::user, kWrite,
     &deprecated<&delete_collection_item>},
    {Method::post, "/api/v1_alpha/collections/:collection_id/items/:id/revoke", Auth::user, kWrite,
     &deprecated<&revoke_collection_item>},
    {Method::get, "/api/v1_alpha/accounts/:account_id/collections", Auth::optional, kRead,
     &deprecated<&list_account_collections>},
    {Method::get, "/api/v1_alpha/accounts/:account_id/in_collections", Auth::user, kRead,
     &deprecated<&list_collections_with_account>},
};

}  // namespace

std::span<const Route> collection_routes() {
  return kCollectionRoutes;
}

}  // namespace dunlin::api
