#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/filter.hpp"
#include "dunlin/service/environment.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::service {

/// What a client says of a keyword. Absent members stay as they are, or take their default.
struct KeywordChange {
  std::optional<model::FilterKeywordId> id{};  // absent: a new one
  std::optional<std::string> keyword{};
  std::optional<bool> whole_word{};
  bool destroy = false;
};

/// What a client says of a filter, as it wrote it.
struct FilterChanges {
  std::optional<std::string> title{};
  std::optional<std::vector<std::string>> contexts{};
  std::optional<std::string> action{};
  /// The inner one absent: never.
  std::optional<std::optional<std::chrono::seconds>> expires_in{};
  std::vector<KeywordChange> keywords{};
};

/// The old form of a filter, in which each keyword is a filter of its own (client-api.md 3.9).
struct V1FilterChanges {
  std::optional<std::string> phrase{};
  std::optional<std::vector<std::string>> contexts{};
  std::optional<bool> irreversible{};
  std::optional<bool> whole_word{};
  std::optional<std::optional<std::chrono::seconds>> expires_in{};
};

/// A user's filters. All of these: not_found for a filter, keyword or row of somebody else; invalid with Mastodon's
/// texts. What they change returns as it is afterwards.
class FilterService {
 public:
  explicit FilterService(Environment& env) : env_(env) {}

  Result<model::Filter> get(db::Tx& tx, AccountId owner, FilterId id);
  Result<model::Filter> create(db::Tx& tx, AccountId owner, const FilterChanges& changes);
  Result<model::Filter> update(db::Tx& tx, AccountId owner, FilterId id, const FilterChanges& changes);
  Result<void> remove(db::Tx& tx, AccountId owner, FilterId id);

  Result<model::Filter::Keyword> get_keyword(db::Tx& tx, AccountId owner, model::FilterKeywordId id);
  Result<model::Filter::Keyword> add_keyword(db::Tx& tx, AccountId owner, FilterId filter, const KeywordChange& change);
  Result<model::Filter::Keyword> update_keyword(db::Tx& tx, AccountId owner, model::FilterKeywordId id,
                                                const KeywordChange& change);
  Result<void> remove_keyword(db::Tx& tx, AccountId owner, model::FilterKeywordId id);

  Result<model::Filter::Status> get_status(db::Tx& tx, AccountId owner, model::FilterStatusId id);
  /// The status must be visible to `owner`.
  Result<model::Filter::Status> add_status(db::Tx& tx, AccountId owner, FilterId filter, StatusId status);
  Result<void> remove_status(db::Tx& tx, AccountId owner, model::FilterStatusId id);

  /// The filter with its keywords; the caller shows the one that was asked for.
  Result<model::Filter> create_v1(db::Tx& tx, AccountId owner, const V1FilterChanges& changes);
  /// Errors: also invalid, when other keywords of the filter would change with it.
  Result<model::Filter> update_v1(db::Tx& tx, AccountId owner, model::FilterKeywordId id,
                                  const V1FilterChanges& changes);
  /// A filter that has nothing left goes with its last keyword.
  Result<void> remove_v1(db::Tx& tx, AccountId owner, model::FilterKeywordId id);

 private:
  Result<void> save_keywords(db::Tx& tx, AccountId owner, const model::Filter& filter,
                             const std::vector<KeywordChange>& changes);
  Environment& env_;
};

}  // namespace dunlin::service
