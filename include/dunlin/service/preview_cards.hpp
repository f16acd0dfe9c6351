#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Link previews. Posting only notes the link; a job looks at the page, once for all statuses that link to it.
namespace dunlin::service {

/// Looks at one page. Payload: the id of a card link.
inline constexpr jobs::Kind kFetchCard{"fetch_card", jobs::Lane::crawl};

/// The link of a status that gets a preview: the first to a web page elsewhere that is neither mention nor hashtag. A
/// quote has none. Set Part::card before the status is stored, and call link_card() after.
std::optional<std::string> choose_card_link(const config::Config& config, const model::Status& status,
                                            std::span<const model::Mention> mentions);
/// Notes the link of a stored status. When nobody has looked at the page for long a job does: at once for a local
/// status; within a minute for a remote one, because many servers learn of it in the same second.
void link_card(Environment& env, db::Tx& tx, const model::Status& status, const std::string& link);
/// After an edit: the new link, or none. Sets or leaves Part::card: call it before store::update_status.
void relink_card(Environment& env, db::Tx& tx, model::Status& status, std::span<const model::Mention> mentions);

class RemoteMediaService;
/// Handles kFetchCard. Errors: need_remote.
Result<void> run_fetch_card(Environment& env, db::Tx& tx, const RemoteMediaService& media, RemoteDocuments& documents,
                            std::string_view payload);

}  // namespace dunlin::service
