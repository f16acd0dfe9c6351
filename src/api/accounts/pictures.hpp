#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/pictures.hpp"

#include <optional>

namespace dunlin::api {

/// What a profile form has sent: files or data URIs, decoded and stored.
struct ProfilePictures {
  std::optional<service::PreparedPicture> avatar;
  std::optional<service::PreparedPicture> header;
};
/// Takes a moment: only in routes with Access::own, before a transaction begins. Errors: invalid, unavailable.
Result<ProfilePictures> prepare_pictures(Call& call);
/// Names them in the account, which the caller stores in the same transaction.
Result<void> set_pictures(const Call& call, db::Tx& tx, model::Account& account, const ProfilePictures& pictures);

Result<http::Response> delete_avatar(Call& call);
Result<http::Response> delete_header(Call& call);

}  // namespace dunlin::api
