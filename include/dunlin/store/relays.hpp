#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/relay.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// false: there is one of this url.
bool insert_relay(db::Tx& tx, const model::Relay& relay);
/// state, inbox_url and actor_uri.
void update_relay(db::Tx& tx, const model::Relay& relay);
/// The removed row.
std::optional<model::Relay> delete_relay(db::Tx& tx, std::string_view url);
std::optional<model::Relay> find_relay(db::Tx& tx, std::int64_t id);
std::optional<model::Relay> find_relay_by_follow(db::Tx& tx, std::string_view follow_uri);
/// By url; few.
std::vector<model::Relay> list_relays(db::Tx& tx);

}  // namespace dunlin::store
