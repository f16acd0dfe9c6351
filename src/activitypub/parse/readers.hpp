#pragma once

#include "dunlin/activitypub/documents.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// One reader for each kind of document; they take normalised objects.
namespace dunlin::activitypub {

/// nullopt: not an actor's type, or without a usable id or name.
std::optional<Actor> read_actor(const nlohmann::json& object);
/// nullopt: nothing that is shown as a status, or its text is too long to be one.
std::optional<Note> read_note(const nlohmann::json& object);
/// A key served by itself or in an actor's publicKey; nullopt when it holds no key.
std::optional<PublicKey> read_key(const nlohmann::json& object);
/// The Emoji tags of anything that has a text.
std::vector<Emoji> read_emojis(const nlohmann::json& object);
std::optional<Poll> read_poll(const nlohmann::json& object);
std::optional<Quote> read_quote(const nlohmann::json& object);
std::optional<QuotePolicy> read_quote_policy(const nlohmann::json& object);
/// A collection's claimed size; nullopt when it is hidden.
std::optional<std::int64_t> read_total(const nlohmann::json& object, const char* name);
Collection read_collection(const nlohmann::json& object);
Audience read_audience(const nlohmann::json& object);
/// `depth`: how many activities there are around this one.
Activity read_activity(const nlohmann::json& object, int depth = 0);
/// A string, Link or object.
Object read_object(const nlohmann::json& value, int depth = 0);

std::optional<ActivityType> activity_type(std::string_view name);

}  // namespace dunlin::activitypub
