#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// read.cpp
Result<http::Response> show_collection(Call& call);
Result<http::Response> list_account_collections(Call& call);
Result<http::Response> list_collections_with_account(Call& call);

// write.cpp
Result<http::Response> create_collection(Call& call);
Result<http::Response> change_collection(Call& call);
Result<http::Response> delete_collection(Call& call);
Result<http::Response> add_collection_item(Call& call);
Result<http::Response> delete_collection_item(Call& call);
Result<http::Response> revoke_collection_item(Call& call);

}  // namespace dunlin::api
