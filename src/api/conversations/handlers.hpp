#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// conversations.cpp
Result<http::Response> list_conversations(Call& call);
Result<http::Response> delete_conversation(Call& call);
Result<http::Response> mark_conversation_read(Call& call);
Result<http::Response> mark_conversation_unread(Call& call);
Result<http::Response> direct_timeline(Call& call);

}  // namespace dunlin::api
