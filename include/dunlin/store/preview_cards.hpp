#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/preview_card.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// An address that statuses link to.
struct CardLink {
  std::int64_t id = 0;
  std::string url;
  std::optional<PreviewCardId> card_id;
  std::optional<Time> check_after;  // nullopt: nobody has looked yet

  [[nodiscard]] bool is_due(Time now) const { return !check_after || *check_after <= now; }
};

/// Makes `url` the link of the status, in place of another.
CardLink set_status_link(db::Tx& tx, StatusId status, std::string_view url);
void delete_status_link(db::Tx& tx, StatusId status);
std::optional<CardLink> find_card_link(db::Tx& tx, std::int64_t id);
/// Stores a page by its url, new or anew; returns its id.
PreviewCardId upsert_preview_card(db::Tx& tx, const model::PreviewCard& card);
/// What the link leads to; nobody looks again before `check_after`.
void record_card_check(db::Tx& tx, std::int64_t link, std::optional<PreviewCardId> card, Time check_after);
/// The cards of these statuses, as far as they are known. One statement.
std::map<StatusId, model::PreviewCard> load_status_cards(db::Tx& tx, std::span<const StatusId> ids);
/// The newest statuses with this link.
struct LinkingStatus {
  StatusId id;
  AccountId author;
};
std::vector<LinkingStatus> list_linking_statuses(db::Tx& tx, std::int64_t link, int limit);
/// The same for all links that lead to a card.
std::vector<LinkingStatus> list_card_statuses(db::Tx& tx, PreviewCardId card, int limit);
/// Addresses that no status links to any more, and pages that no address leads to; returns how many pages went.
std::size_t purge_preview_cards(db::Tx& tx, Time before, int limit);

}  // namespace dunlin::store
