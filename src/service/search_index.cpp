#include "dunlin/service/search_index.hpp"

#include "search_lexemes.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/words.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/store/status_search.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace dunlin::service {

namespace {

constexpr int kBatch = 500;
constexpr std::chrono::minutes kPause{5};
constexpr std::size_t kLinksRead = 50;

/// Adds a text behind the others, so that no phrase runs from one into the next.
void append_text(std::vector<text::SearchToken>& tokens, std::string_view text) {
  const int next = tokens.empty() ? 1 : tokens.back().position + 2;
  std::ranges::move(text::search_tokens(text, next), std::back_inserter(tokens));
}

void append_property(std::vector<text::SearchToken>& tokens, std::string lexeme) {
  const int next = tokens.empty() ? 1 : tokens.back().position + 2;
  tokens.push_back({.text = std::move(lexeme), .position = next});
}

void enqueue_at(db::Tx& tx, const jobs::Queue& queue, Time at) {
  queue.enqueue(tx, {.kind = kSearchIndex, .run_at = at, .unique_key = "one"});
}

}  // namespace

void index_status(db::Tx& tx, const model::Status& status) {
  std::vector<text::SearchToken> tokens;
  append_text(tokens, html::to_plain_text(status.content));
  append_text(tokens, status.spoiler_text);
  if (status.has(model::Part::poll) || status.has(model::Part::media)) {
    for (const auto& text : store::list_search_texts(tx, status.id)) append_text(tokens, text);
  }
  for (const auto& tag : status.tags) append_property(tokens, tag_lexeme(tag));
  const auto links = html::collect_links(status.content, kLinksRead);
  const bool links_out = std::ranges::any_of(links, [](const auto& l) { return !l.is_mention && !l.is_hashtag; });
  if (links_out) append_property(tokens, std::string(kLinkLexeme));
  store::save_search_tokens(tx, status, tokens);
}

Result<void> run_search_index(db::Tx& tx, const jobs::Queue& queue) {
  const auto missing = store::list_unsearchable_statuses(tx, kBatch);
  for (const auto& status : missing) index_status(tx, status);
  const bool more_statuses = missing.size() == static_cast<std::size_t>(kBatch);
  if (!missing.empty()) store::note_search_backfill(tx, more_statuses ? missing.back().id : StatusId{});
  const bool more_authors = store::follow_search_authors(tx, kBatch);
  enqueue_at(tx, queue, more_statuses || more_authors ? tx.now() : tx.now() + kPause);
  return {};
}

void start_search_index(db::Tx& tx, const jobs::Queue& queue) {
  enqueue_at(tx, queue, tx.now());
}

}  // namespace dunlin::service
