#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/model/reading_preferences.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace dunlin::api::entities {

/// The texts of an account in which custom emojis may stand.
std::vector<std::string_view> emoji_texts_of(const model::Account& account);

/// Account (client-api.md 6.1). `moved_to`: the account that it has moved to, when that is known here.
void render_account(json::Writer& out, const EntityContext& context, const model::Account& account,
                    const model::Account* moved_to = nullptr);

/// CredentialAccount: one's own account with `source` and `role`.
void render_credential_account(json::Writer& out, const EntityContext& context, const model::Account& account,
                               const model::Account* moved_to, const model::User& user,
                               std::int64_t follow_requests_count);

/// Preferences (client-api.md 6.1).
void render_preferences(json::Writer& out, const model::User& user, const model::ReadingPreferences& reading);

}  // namespace dunlin::api::entities
