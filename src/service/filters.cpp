#include "dunlin/service/filters.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/store/filters.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace dunlin::service {

using model::Filter;
using model::FilterKeywordId;
using model::FilterStatusId;

namespace {

constexpr std::size_t kMaxTitle = 256;    // client-api.md 1.3
constexpr std::size_t kMaxKeyword = 512;  // likewise
// Of one account: all of them are read and matched for each page.
constexpr std::int64_t kMaxFilters = 200;
constexpr std::int64_t kMaxKeywords = 1000;
constexpr std::int64_t kMaxStatuses = 1000;
constexpr std::chrono::seconds kLongest{std::chrono::hours{24 * 365 * 100}};

std::unexpected<Error> not_found() {
  return fail(Errc::not_found, "Record not found");
}

std::unexpected<Error> invalid(const std::string& what) {
  return fail(Errc::invalid, "Validation failed: " + what);
}

Result<void> check_room(std::int64_t count, std::int64_t limit, std::string_view what) {
  if (count < limit) return {};
  return invalid(fmt::format("There can be at most {} {}", limit, what));
}

std::optional<Time> expiry(Time now, std::optional<std::chrono::seconds> in) {
  if (!in) return std::nullopt;
  return now + std::clamp(*in, std::chrono::seconds{0}, kLongest);
}

/// Every fault at once, as Mastodon tells them.
class Problems {
 public:
  void add(std::string problem) { problems_.push_back(std::move(problem)); }
  [[nodiscard]] Result<void> result() const {
    if (problems_.empty()) return {};
    return invalid(text::join(problems_, ", "));
  }

 private:
  std::vector<std::string> problems_;
};

void check_length(Problems& problems, std::string_view name, std::string_view value, std::size_t limit) {
  if (text::trim(value).empty()) {
    problems.add(std::string(name) + " can't be blank");
  } else if (text::count_graphemes(value) > limit) {
    problems.add(fmt::format("{} is too long (maximum is {} characters)", name, limit));
  }
}

void read_contexts(Problems& problems, const std::vector<std::string>& names, Filter& filter) {
  filter.contexts.clear();
  bool known = true;
  for (const auto& name : names) {
    if (name.empty()) continue;  // an empty row of a form
    const auto context = model::parse_filter_context(name);
    if (!context) {
      known = false;
    } else if (!filter.works_in(*context)) {
      filter.contexts.push_back(*context);
    }
  }
  if (filter.contexts.empty() && known) problems.add("Context can't be blank");
  if (filter.contexts.empty() || !known) problems.add("Context None or invalid context supplied");
}

/// What `changes` say, over what `filter` is.
Result<void> apply(const FilterChanges& changes, Time now, Filter& filter) {
  Problems problems;
  if (changes.title) filter.title = *changes.title;
  check_length(problems, "Title", filter.title, kMaxTitle);
  if (changes.contexts) read_contexts(problems, *changes.contexts, filter);
  if (changes.action) {
    const auto action = model::parse_filter_action(*changes.action);
    if (!action) problems.add("Filter action is not included in the list");
    filter.action = action.value_or(filter.action);
  }
  if (changes.expires_in) filter.expires_at = expiry(now, *changes.expires_in);
  return problems.result();
}

Result<void> check_keyword(const Filter::Keyword& keyword) {
  Problems problems;
  check_length(problems, "Keyword", keyword.keyword, kMaxKeyword);
  return problems.result();
}

Filter::Keyword& keyword_of(Filter& filter, FilterKeywordId id) {
  return *std::ranges::find(filter.keywords, id, &Filter::Keyword::id);
}

void tell(const Environment& env, db::Tx& tx, AccountId owner) {
  env.events.tell(tx, events::FiltersChanged{owner});
}

}  // namespace

Result<Filter> FilterService::get(db::Tx& tx, AccountId owner, FilterId id) {
  auto filter = store::find_filter(tx, owner, id);
  if (!filter) return not_found();
  return *std::move(filter);
}

Result<Filter> FilterService::create(db::Tx& tx, AccountId owner, const FilterChanges& changes) {
  Filter filter;
  FilterChanges all = changes;
  if (!all.contexts) all.contexts.emplace();
  TRY_VOID(apply(all, tx.now(), filter));
  TRY_VOID(check_room(store::count_filters(tx, owner).filters, kMaxFilters, "filters"));
  filter.id = env_.ids.next<FilterId>();
  store::insert_filter(tx, owner, filter);
  tell(env_, tx, owner);
  TRY_VOID(save_keywords(tx, owner, filter, changes.keywords));
  return get(tx, owner, filter.id);
}

Result<Filter> FilterService::update(db::Tx& tx, AccountId owner, FilterId id, const FilterChanges& changes) {
  auto filter = TRY(get(tx, owner, id));
  TRY_VOID(apply(changes, tx.now(), filter));
  store::update_filter(tx, filter);
  tell(env_, tx, owner);
  TRY_VOID(save_keywords(tx, owner, filter, changes.keywords));
  return get(tx, owner, id);
}

Result<void> FilterService::save_keywords(db::Tx& tx, AccountId owner, const Filter& filter,
                                          const std::vector<KeywordChange>& changes) {
  if (changes.empty()) return {};
  auto count = store::count_filters(tx, owner).keywords;
  for (const auto& change : changes) {
    Filter::Keyword keyword;
    if (change.id) {
      const auto known = std::ranges::find(filter.keywords, *change.id, &Filter::Keyword::id);
      if (known == filter.keywords.end()) return not_found();
      keyword = *known;
    }
    if (change.destroy) {
      if (change.id) store::delete_filter_keyword(tx, keyword.id);
      continue;
    }
    if (change.keyword) keyword.keyword = *change.keyword;
    if (change.whole_word) keyword.whole_word = *change.whole_word;
    TRY_VOID(check_keyword(keyword));
    if (!change.id) {
      TRY_VOID(check_room(count++, kMaxKeywords, "keywords"));
      keyword.id = env_.ids.next<FilterKeywordId>();
    }
    store::save_filter_keyword(tx, filter.id, keyword);
  }
  return {};
}

Result<void> FilterService::remove(db::Tx& tx, AccountId owner, FilterId id) {
  const auto filter = TRY(get(tx, owner, id));
  store::delete_filter(tx, filter.id);
  tell(env_, tx, owner);
  return {};
}

Result<Filter::Keyword> FilterService::get_keyword(db::Tx& tx, AccountId owner, FilterKeywordId id) {
  auto filter = store::find_filter_of_keyword(tx, owner, id);
  if (!filter) return not_found();
  return keyword_of(*filter, id);
}

Result<Filter::Keyword> FilterService::add_keyword(db::Tx& tx, AccountId owner, FilterId id,
                                                   const KeywordChange& change) {
  const auto filter = TRY(get(tx, owner, id));
  const Filter::Keyword keyword{.id = env_.ids.next<FilterKeywordId>(),
                                .keyword = change.keyword.value_or(""),
                                .whole_word = change.whole_word.value_or(true)};
  TRY_VOID(check_keyword(keyword));
  TRY_VOID(check_room(store::count_filters(tx, owner).keywords, kMaxKeywords, "keywords"));
  store::save_filter_keyword(tx, filter.id, keyword);
  tell(env_, tx, owner);
  return keyword;
}

Result<Filter::Keyword> FilterService::update_keyword(db::Tx& tx, AccountId owner, FilterKeywordId id,
                                                      const KeywordChange& change) {
  auto filter = store::find_filter_of_keyword(tx, owner, id);
  if (!filter) return not_found();
  auto keyword = keyword_of(*filter, id);
  if (change.keyword) keyword.keyword = *change.keyword;
  if (change.whole_word) keyword.whole_word = *change.whole_word;
  TRY_VOID(check_keyword(keyword));
  store::save_filter_keyword(tx, filter->id, keyword);
  tell(env_, tx, owner);
  return keyword;
}

Result<void> FilterService::remove_keyword(db::Tx& tx, AccountId owner, FilterKeywordId id) {
  if (!store::find_filter_of_keyword(tx, owner, id)) return not_found();
  store::delete_filter_keyword(tx, id);
  tell(env_, tx, owner);
  return {};
}

Result<Filter::Status> FilterService::get_status(db::Tx& tx, AccountId owner, FilterStatusId id) {
  const auto filter = store::find_filter_of_status(tx, owner, id);
  if (!filter) return not_found();
  return *std::ranges::find(filter->statuses, id, &Filter::Status::id);
}

Result<Filter::Status> FilterService::add_status(db::Tx& tx, AccountId owner, FilterId id, StatusId status) {
  const auto filter = TRY(get(tx, owner, id));
  if (!store::find_visible_status(tx, owner, status)) return invalid("Status must exist");
  TRY_VOID(check_room(store::count_filters(tx, owner).statuses, kMaxStatuses, "statuses"));
  const Filter::Status row{.id = env_.ids.next<FilterStatusId>(), .status_id = status};
  if (!store::insert_filter_status(tx, filter.id, row)) return invalid("Status has already been taken");
  tell(env_, tx, owner);
  return row;
}

Result<void> FilterService::remove_status(db::Tx& tx, AccountId owner, FilterStatusId id) {
  if (!store::find_filter_of_status(tx, owner, id)) return not_found();
  store::delete_filter_status(tx, id);
  tell(env_, tx, owner);
  return {};
}

Result<Filter> FilterService::create_v1(db::Tx& tx, AccountId owner, const V1FilterChanges& changes) {
  return create(tx, owner,
                {.title = changes.phrase,
                 .contexts = changes.contexts,
                 .action = changes.irreversible.value_or(false) ? "hide" : "warn",
                 .expires_in = changes.expires_in,
                 .keywords = {{.keyword = changes.phrase, .whole_word = changes.whole_word}}});
}

Result<Filter> FilterService::update_v1(db::Tx& tx, AccountId owner, FilterKeywordId id,
                                        const V1FilterChanges& changes) {
  auto filter = store::find_filter_of_keyword(tx, owner, id);
  if (!filter) return not_found();
  auto& keyword = keyword_of(*filter, id);
  const Filter before = *filter;
  FilterChanges shared{.contexts = changes.contexts, .expires_in = changes.expires_in};
  // What blurs is not irreversible and stays as it is.
  if (changes.irreversible.value_or(false)) shared.action = "hide";
  if (changes.irreversible == false && filter->action == model::FilterAction::hide) shared.action = "warn";
  // The title of a filter that an old client made is its phrase.
  const bool titled_by_phrase = filter->keywords.size() == 1 && filter->title == keyword.keyword;
  if (changes.phrase && titled_by_phrase) shared.title = changes.phrase;
  TRY_VOID(apply(shared, tx.now(), *filter));
  const bool touches_others = filter->title != before.title || filter->contexts != before.contexts ||
                              filter->action != before.action || filter->expires_at != before.expires_at;
  if (touches_others && filter->keywords.size() > 1) {
    return fail(Errc::invalid,
                "This filter has several keywords: what concerns all of them can only be changed by a newer client");
  }
  if (changes.phrase) keyword.keyword = *changes.phrase;
  if (changes.whole_word) keyword.whole_word = *changes.whole_word;
  TRY_VOID(check_keyword(keyword));
  store::update_filter(tx, *filter);
  store::save_filter_keyword(tx, filter->id, keyword);
  tell(env_, tx, owner);
  return *std::move(filter);
}

Result<void> FilterService::remove_v1(db::Tx& tx, AccountId owner, FilterKeywordId id) {
  const auto filter = store::find_filter_of_keyword(tx, owner, id);
  if (!filter) return not_found();
  store::delete_filter_keyword(tx, id);
  if (filter->keywords.size() == 1 && filter->statuses.empty()) store::delete_filter(tx, filter->id);
  tell(env_, tx, owner);
  return {};
}

}  // namespace dunlin::service
