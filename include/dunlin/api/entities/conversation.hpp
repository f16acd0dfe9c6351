#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/store/conversations.hpp"

#include <span>
#include <string>
#include <vector>

namespace dunlin::api::entities {

/// Conversation (client-api.md 6.4), each rendered, in this order and in a fixed number of statements. Where
/// nobody else takes part (any more), the viewer is shown as the other one: clients expect somebody.
std::vector<std::string> render_conversations(db::Tx& tx, const config::Config& config, AccountId viewer,
                                              std::span<const store::Conversation> conversations);

}  // namespace dunlin::api::entities
