#pragma once

#include "dunlin/base/words.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::store {

/// What is found with a status beside its text: the options of its poll and the descriptions of its media.
std::vector<std::string> list_search_texts(db::Tx& tx, StatusId id);
/// The tokens of a status, in place of those it had. Whether it is open to everybody's search is read from its author.
void save_search_tokens(db::Tx& tx, const model::Status& status, const std::vector<text::SearchToken>& tokens);

/// What a search of statuses asks (client-api.md 3.12).
struct StatusSearch {
  struct Term {
    std::vector<text::SearchToken> tokens;  // one after the other
    bool excluded = false;
  };
  std::vector<Term> terms{};
  std::optional<AccountId> from{};
  std::vector<AccountId> not_from{};
  std::uint16_t with_parts = 0;     // of model::Part: all of them
  std::uint16_t without_parts = 0;  // none of them
  std::optional<bool> image{};
  std::optional<bool> video{};  // silent loops are videos
  std::optional<bool> audio{};
  std::optional<bool> embed{};  // the page it links to can be played here
  std::optional<bool> reply{};
  std::optional<bool> sensitive{};
  std::optional<std::string> language{};
  std::vector<std::string> not_languages{};
  Time since{};                 // from then on
  std::optional<Time> until{};  // before
  Time not_since{};             // but not in this span
  Time not_until{};
  bool in_public = true;   // what everybody may find
  bool in_library = true;  // one's own, and what one has something to do with
  std::int64_t below = 0;  // ids
  std::int64_t above = 0;
};

/// Newest first, at most `count`: what `viewer` may see and find of it. At most three statements.
std::vector<StatusId> search_statuses(db::Tx& tx, AccountId viewer, const StatusSearch& search, int count);

/// Statuses from before there was a search, newest first, that are still without tokens: the next `limit`.
std::vector<model::Status> list_unsearchable_statuses(db::Tx& tx, int limit);
/// All with ids from `id` on have tokens; 0: that is all of them.
void note_search_backfill(db::Tx& tx, StatusId id);
/// Lets at most `limit` statuses follow their authors' changed minds; false: none is left to do.
bool follow_search_authors(db::Tx& tx, int limit);

}  // namespace dunlin::store
