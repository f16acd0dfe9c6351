#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"

/// Collections (federation.md 4.6): public things only, whoever asks. All but the instance actor's: Access::own.
namespace dunlin::web {

Result<http::Response> show_outbox(api::Call& call);
Result<http::Response> show_instance_outbox(api::Call& call);
Result<http::Response> show_followers(api::Call& call);
Result<http::Response> show_following(api::Call& call);
Result<http::Response> show_featured(api::Call& call);
Result<http::Response> show_featured_tags(api::Call& call);
Result<http::Response> show_replies(api::Call& call);
Result<http::Response> show_likes(api::Call& call);
Result<http::Response> show_shares(api::Call& call);
Result<http::Response> show_context(api::Call& call);
Result<http::Response> show_followers_synchronization(api::Call& call);

}  // namespace dunlin::web
