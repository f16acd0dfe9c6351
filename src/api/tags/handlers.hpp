#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// tags.cpp
Result<http::Response> show_tag(Call& call);
Result<http::Response> follow_tag(Call& call);
Result<http::Response> unfollow_tag(Call& call);
Result<http::Response> feature_tag(Call& call);
Result<http::Response> unfeature_tag(Call& call);
Result<http::Response> list_followed_tags(Call& call);

// featured.cpp
Result<http::Response> list_featured_tags(Call& call);
Result<http::Response> list_account_featured_tags(Call& call);
Result<http::Response> create_featured_tag(Call& call);
Result<http::Response> delete_featured_tag(Call& call);
Result<http::Response> suggest_featured_tags(Call& call);

}  // namespace dunlin::api
