#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// read.cpp
/// The status of the path. Errors: not_found, also when it is hidden from the viewer.
Result<model::Status> visible_status(Call& call);
Result<http::Response> show_status(Call& call);
Result<http::Response> list_statuses(Call& call);
Result<http::Response> list_favourited_by(Call& call);
Result<http::Response> list_reblogged_by(Call& call);

// context.cpp
Result<http::Response> show_context(Call& call);  // Access::own
Result<http::Response> show_async_refresh(Call& call);

// write.cpp
Result<http::Response> create_status(Call& call);
Result<http::Response> edit_status(Call& call);
Result<http::Response> delete_status(Call& call);

// history.cpp
Result<http::Response> show_history(Call& call);
Result<http::Response> show_source(Call& call);

// marks.cpp
Result<http::Response> pin_status(Call& call);
Result<http::Response> unpin_status(Call& call);
Result<http::Response> bookmark_status(Call& call);
Result<http::Response> unbookmark_status(Call& call);
Result<http::Response> mute_conversation(Call& call);
Result<http::Response> unmute_conversation(Call& call);
Result<http::Response> list_bookmarks(Call& call);
Result<http::Response> list_favourites(Call& call);

// quotes.cpp
Result<http::Response> list_quotes(Call& call);
Result<http::Response> revoke_quote(Call& call);
Result<http::Response> set_interaction_policy(Call& call);

// emoji_reactions.cpp
Result<http::Response> add_reaction(Call& call);
Result<http::Response> remove_reaction(Call& call);
Result<http::Response> list_reactions(Call& call);
Result<http::Response> list_reactioned_by(Call& call);

// reactions.cpp
Result<http::Response> favourite_status(Call& call);
Result<http::Response> unfavourite_status(Call& call);
Result<http::Response> reblog_status(Call& call);
Result<http::Response> unreblog_status(Call& call);

/// drafts.cpp: `visibility` of a request. Errors: invalid for an unknown one.
Result<std::optional<model::Visibility>> read_visibility(const Call& call);

}  // namespace dunlin::api
