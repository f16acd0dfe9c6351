#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> trending_tags(Call& call);
/// The same under its old address.
Result<http::Response> trending_tags_v1(Call& call);
Result<http::Response> trending_statuses(Call& call);
Result<http::Response> trending_links(Call& call);
Result<http::Response> link_timeline(Call& call);
Result<http::Response> directory(Call& call);
Result<http::Response> suggestions_v1(Call& call);
Result<http::Response> suggestions_v2(Call& call);
Result<http::Response> dismiss_suggestion(Call& call);
Result<http::Response> translate_status(Call& call);
Result<http::Response> translation_languages(Call& call);

}  // namespace dunlin::api
