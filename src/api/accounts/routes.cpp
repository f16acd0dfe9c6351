#include "handlers.hpp"
#include "pictures.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kAccountRoutes[] = {
    {Method::post, "/api/v1/accounts", Auth::app, "write:accounts", &sign_up, Access::own},
    {Method::post, "/api/v1/emails/confirmations", Auth::new_user, "write:accounts", &resend_confirmation},
    {Method::get, "/api/v1/emails/check_confirmation", Auth::new_user, "read:accounts", &check_confirmation},
    {Method::get, "/api/v1/accounts/verify_credentials", Auth::user, "profile read:accounts", &verify_credentials},
    {Method::patch, "/api/v1/accounts/update_credentials", Auth::user, "write:accounts", &update_credentials,
     Access::own, kPictureBody},
    {Method::get, "/api/v1/profile", Auth::user, "profile read:accounts", &show_profile},
    {Method::patch, "/api/v1/profile", Auth::user, "write:accounts", &change_profile, Access::own, kPictureBody},
    {Method::delete_, "/api/v1/profile/avatar", Auth::user, "write:accounts", &delete_avatar, Access::own},
    {Method::delete_, "/api/v1/profile/header", Auth::user, "write:accounts", &delete_header, Access::own},
    {Method::post, "/api/v1/accounts/alias", Auth::user, "write:accounts", &set_aliases},
    {Method::get, "/api/pleroma/aliases", Auth::user, "read:accounts", &list_aliases},
    {Method::put, "/api/pleroma/aliases", Auth::user, "write:accounts", &add_alias},
    {Method::delete_, "/api/pleroma/aliases", Auth::user, "write:accounts", &remove_alias},
    {Method::get, "/api/v1/accounts", Auth::optional, "read:accounts", &list_accounts},
    {Method::get, "/api/v1/accounts/lookup", Auth::optional, "read:accounts", &lookup_account},
    {Method::get, "/api/v1/accounts/search", Auth::user, "read:accounts", &search_accounts, Access::own},
    {Method::get, "/api/v1/accounts/relationships", Auth::user, "read:follows", &list_relationships},
    {Method::get, "/api/v1/accounts/:id", Auth::optional, "read:accounts", &show_account},
    {Method::get, "/api/v1/accounts/:id/statuses", Auth::optional, "read:statuses", &list_account_statuses},
    {Method::get, "/api/v1/accounts/:id/followers", Auth::optional, "read:accounts", &list_followers},
    {Method::get, "/api/v1/accounts/:id/following", Auth::optional, "read:accounts", &list_following},
    {Method::post, "/api/v1/accounts/:id/follow", Auth::user, "write:follows", &follow_account},
    {Method::post, "/api/v1/accounts/:id/unfollow", Auth::user, "write:follows", &unfollow_account},
    {Method::post, "/api/v1/accounts/:id/remove_from_followers", Auth::user, "write:follows", &remove_from_followers},
    {Method::get, "/api/v1/follow_requests", Auth::user, "read:follows", &list_follow_requests},
    {Method::post, "/api/v1/follow_requests/:account_id/authorize", Auth::user, "write:follows",
     &authorize_follow_request},
    {Method::post, "/api/v1/follow_requests/:account_id/reject", Auth::user, "write:follows", &reject_follow_request},
    {Method::get, "/api/v1/preferences", Auth::user, "read:accounts", &show_preferences},
};

}  // namespace

std::span<const Route> account_routes() {
  return kAccountRoutes;
}

}  // namespace dunlin::api
