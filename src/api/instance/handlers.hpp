#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

Result<http::Response> show_instance(Call& call);
Result<http::Response> show_v1_instance(Call& call);
Result<http::Response> list_rules(Call& call);
Result<http::Response> list_custom_emojis(Call& call);

// texts.cpp
Result<http::Response> show_extended_description(Call& call);
Result<http::Response> show_privacy_policy(Call& call);
Result<http::Response> show_terms(Call& call);
Result<http::Response> show_terms_of_date(Call& call);

// peers.cpp
Result<http::Response> list_peers(Call& call);
Result<http::Response> search_peers(Call& call);
Result<http::Response> show_activity(Call& call);
Result<http::Response> list_instance_domain_blocks(Call& call);

// small.cpp
Result<http::Response> list_languages(Call& call);
Result<http::Response> list_donation_campaigns(Call& call);
Result<http::Response> list_identity_proofs(Call& call);
Result<http::Response> subscribe_by_email(Call& call);

// oembed.cpp
Result<http::Response> show_oembed(Call& call);

}  // namespace dunlin::api
