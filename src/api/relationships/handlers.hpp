#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// actions.cpp
Result<http::Response> block_account(Call& call);
Result<http::Response> unblock_account(Call& call);
Result<http::Response> mute_account(Call& call);
Result<http::Response> unmute_account(Call& call);
Result<http::Response> note_account(Call& call);
Result<http::Response> endorse_account(Call& call);
Result<http::Response> unendorse_account(Call& call);

// lists.cpp
Result<http::Response> list_blocks(Call& call);
Result<http::Response> list_mutes(Call& call);
Result<http::Response> list_own_endorsements(Call& call);
Result<http::Response> list_endorsements(Call& call);
Result<http::Response> list_familiar_followers(Call& call);

// domain_blocks.cpp
Result<http::Response> list_domain_blocks(Call& call);
Result<http::Response> block_domain(Call& call);
Result<http::Response> unblock_domain(Call& call);
Result<http::Response> preview_domain_block(Call& call);

}  // namespace dunlin::api
