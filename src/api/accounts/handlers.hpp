#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// read.cpp
Result<http::Response> show_account(Call& call);
Result<http::Response> list_accounts(Call& call);
Result<http::Response> lookup_account(Call& call);
Result<http::Response> search_accounts(Call& call);
Result<http::Response> list_relationships(Call& call);

// lists.cpp
Result<http::Response> list_account_statuses(Call& call);
Result<http::Response> list_followers(Call& call);
Result<http::Response> list_following(Call& call);

// own.cpp
Result<http::Response> verify_credentials(Call& call);
Result<http::Response> update_credentials(Call& call);
Result<http::Response> show_preferences(Call& call);

// aliases.cpp
Result<http::Response> set_aliases(Call& call);
Result<http::Response> list_aliases(Call& call);
Result<http::Response> add_alias(Call& call);
Result<http::Response> remove_alias(Call& call);

// profile.cpp
Result<http::Response> show_profile(Call& call);
Result<http::Response> change_profile(Call& call);

// sign_up.cpp
Result<http::Response> sign_up(Call& call);
Result<http::Response> resend_confirmation(Call& call);
Result<http::Response> check_confirmation(Call& call);

// follows.cpp
Result<http::Response> follow_account(Call& call);
Result<http::Response> unfollow_account(Call& call);
Result<http::Response> remove_from_followers(Call& call);
Result<http::Response> list_follow_requests(Call& call);
Result<http::Response> authorize_follow_request(Call& call);
Result<http::Response> reject_follow_request(Call& call);

/// The account of the path's `id`, if the world may know of it. Errors: not_found.
Result<model::Account> path_account(Call& call);

}  // namespace dunlin::api
