#include "dunlin/api/entities/status_page.hpp"

#include "status_material.hpp"

#include <array>
#include <utility>
#include <vector>

namespace dunlin::api::entities {

namespace {

/// What a map has for a key; nullptr: nothing.
template <class Map>
const typename Map::mapped_type* find_in(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

StatusPage::StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer,
                       std::span<const StatusId> ids, StatusCache* cache)
    : StatusPage(tx, config, viewer, gather_statuses(tx, viewer, ids, cache)) {}

StatusPage::StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer,
                       store::StatusBundle bundle)
    : StatusPage(tx, config, viewer, StatusMaterial{.bundle = std::move(bundle)}) {}

StatusPage::StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer,
                       StatusMaterial material)
    : viewer_(viewer),
      bundle_(std::move(material.bundle)),
      fragments_(std::move(material.fragments)),
      accounts_(tx, config, std::move(bundle_.accounts), material.cached.accounts),
      now_(tx.now()),
      filters_(material.filters) {
  expect_emojis();
  const auto marked = list_statuses();
  if (viewer_ && !marked.empty()) {
    load_flags(tx, marked, material);
    apply_filters(tx);
  }
  if (material.cache != nullptr) keep(material);
}

std::vector<StatusId> StatusPage::list_statuses() {
  std::vector<StatusId> marked;
  for (const auto& status : bundle_.statuses) {
    if (!accounts_.contains(status.account_id)) continue;
    if (status.reblog_of_id) {
      const auto original = bundle_.originals.find(*status.reblog_of_id);
      if (original == bundle_.originals.end() || !accounts_.contains(original->second.account_id)) continue;
    }
    statuses_.emplace(status.id, &status);
    marked.push_back(status.reblog_of_id.value_or(status.id));
  }
  for (const auto& [id, quoted] : bundle_.quoted) marked.push_back(id);
  return marked;
}

void StatusPage::load_flags(db::Tx& tx, std::span<const StatusId> marked, StatusMaterial& material) {
  flags_ = std::move(material.cached.flags);
  std::vector<StatusId> unknown;
  for (const auto id : marked) {
    if (!flags_.contains(id)) unknown.push_back(id);
  }
  auto& read = material.additions.flags;
  read = store::list_viewer_flags(tx, *viewer_, unknown);
  flags_.insert(read.begin(), read.end());
}

/// Renders what was read and may be kept, for this page and for others.
void StatusPage::keep(StatusMaterial& material) {
  auto& additions = material.additions;
  additions.viewer = viewer_;
  additions.accounts = accounts_.fragments();
  const auto keep_one = [&](const model::Status& status) {
    if (fragments_.contains(status.id) || !accounts_.contains(status.account_id)) return;
    const auto view = view_of(status);
    if (!may_be_kept(view)) return;
    auto fragment = render_fragment(accounts_.context(), view);
    if (material.needs_filter_text()) fragment.filter_text = filter_text_of(status);
    const auto kept = std::make_shared<const StatusFragment>(std::move(fragment));
    fragments_.emplace(status.id, kept);
    additions.statuses.emplace(
        status.id, StatusCache::CachedStatus{.fragment = kept, .counters = store::StatusCounters::of(status)});
  };
  for (const auto& status : bundle_.statuses) keep_one(status);
  for (const auto& [id, status] : bundle_.originals) keep_one(status);
  const bool has_news = !additions.statuses.empty() || !additions.accounts.empty() || !additions.counters.empty() ||
                        !additions.flags.empty() || additions.filters;
  if (has_news) material.cache->add(material.cached, additions);
}

const model::Status& StatusPage::shown(const model::Status& status) const {
  return status.reblog_of_id ? bundle_.originals.at(*status.reblog_of_id) : status;
}

const model::Status* StatusPage::quoted_by(StatusId id) const {
  const auto* quote = find_in(bundle_.quotes, shown(*statuses_.at(id)).id);
  return quote != nullptr && quote->quoted_status_id ? find_in(bundle_.quoted, *quote->quoted_status_id) : nullptr;
}

std::string StatusPage::filter_text_of(const model::Status& status) const {
  if (const auto* kept = find_in(fragments_, status.id)) return (*kept)->filter_text.value_or("");
  std::vector<std::string_view> further;
  if (const auto* poll = find_in(bundle_.polls, status.id)) {
    further.insert(further.end(), poll->poll.options.begin(), poll->poll.options.end());
  }
  if (const auto* media = find_in(bundle_.media, status.id)) {
    for (const auto& attachment : *media) further.emplace_back(attachment.description);
  }
  std::string quoted_text;
  const auto* quote = find_in(bundle_.quotes, status.id);
  if (quote != nullptr && quote->quoted_status_id) {
    // One level: what is quoted shows no quote of its own.
    const auto* quoted = find_in(bundle_.quoted, *quote->quoted_status_id);
    if (quoted != nullptr) quoted_text = service::filter_text(*quoted);
  }
  further.emplace_back(quoted_text);
  return service::filter_text(status, further);
}

void StatusPage::apply_filters(db::Tx& tx) {
  if (!filters_) filters_ = std::make_shared<const service::FilterMatcher>(service::load_filter_matcher(tx, *viewer_));
  if (filters_->empty()) return;
  for (const auto& status : bundle_.statuses) {
    if (!contains(status.id)) continue;
    const auto& original = shown(status);
    if (original.account_id == *viewer_) continue;
    const std::array ids{original.id, status.id};
    const auto text = filters_->reads_text() ? filter_text_of(original) : std::string();
    auto matches = filters_->match(ids, text);
    if (!matches.empty()) filtered_.emplace(status.id, std::move(matches));
  }
  for (const auto& [id, quoted] : bundle_.quoted) {
    if (quoted.account_id == *viewer_) continue;
    auto matches = filters_->match(std::span(&id, 1), filters_->reads_text() ? filter_text_of(quoted) : std::string());
    if (!matches.empty()) filtered_.emplace(id, std::move(matches));
  }
}

void StatusPage::expect_emojis() {
  const auto expect = [&](const model::Status& status) {
    const bool is_rendered = fragments_.contains(status.id);
    const auto* author = status.local || is_rendered ? nullptr : accounts_.find(status.account_id);
    if (author == nullptr || !author->domain) return;
    accounts_.context().emojis.expect(emoji_texts_of(status, find_in(bundle_.polls, status.id)), *author->domain);
  };
  for (const auto& status : bundle_.statuses) expect(status);
  for (const auto& [id, status] : bundle_.originals) expect(status);
  for (const auto& [id, status] : bundle_.quoted) expect(status);
}

StatusView StatusPage::view_of(const model::Status& status) {
  const auto* mentions = find_in(bundle_.mentions, status.id);
  const auto* reactions = find_in(bundle_.reactions, status.id);
  const auto* media = find_in(bundle_.media, status.id);
  const auto* card = find_in(bundle_.cards, status.id);
  const auto* fragment = find_in(fragments_, status.id);
  const bool has_author = card != nullptr && card->author_account_id && accounts_.contains(*card->author_account_id);
  return {.status = status,
          .account = accounts_.json(status.account_id),
          .mentions = mentions != nullptr ? std::span(*mentions) : std::span<const model::Mention>{},
          .application = find_in(bundle_.applications, status.id),
          .poll = find_in(bundle_.polls, status.id),
          .reactions = reactions != nullptr ? std::span(*reactions) : std::span<const store::ReactionCount>{},
          .quote = find_in(bundle_.quotes, status.id),
          .now = now_,
          .card = card,
          .card_author = has_author ? std::string_view(accounts_.json(*card->author_account_id)) : "",
          .media = media != nullptr ? std::span(*media) : std::span<const model::MediaAttachment>{},
          .domain = accounts_.domain_of(status.account_id),
          .fragment = fragment != nullptr ? fragment->get() : nullptr};
}

ViewerMarks StatusPage::marks_of(const model::Status& status) {
  return {.flags = flags_[status.id], .own = viewer_ == status.account_id};
}

void StatusPage::render(json::Writer& out, StatusId id, StatusBody body) {
  const auto& status = *statuses_.at(id);
  auto view = view_of(status);
  std::optional<StatusView> original;
  if (status.reblog_of_id) {
    original.emplace(view_of(bundle_.originals.at(*status.reblog_of_id)));
    view.reblog = &*original;
  }
  StatusView& text = original ? *original : view;
  std::optional<StatusView> quoted;
  ViewerMarks quoted_marks;
  if (text.quote != nullptr && text.quote->quoted_status_id) {
    const auto* shown = find_in(bundle_.quoted, *text.quote->quoted_status_id);
    if (shown != nullptr && accounts_.contains(shown->account_id)) {
      quoted.emplace(view_of(*shown));
      quoted->nested = true;
      text.quoted = &*quoted;
      if (viewer_) {
        quoted_marks = marks_of(*shown);
        if (const auto* filtered = find_in(filtered_, shown->id)) quoted_marks.filtered = *filtered;
        text.quoted_marks = &quoted_marks;
      }
    }
  }
  if (!viewer_) return render_status(out, accounts_.context(), view, nullptr, body);
  ViewerMarks marks = marks_of(text.status);
  if (const auto* filtered = find_in(filtered_, id)) marks.filtered = *filtered;
  render_status(out, accounts_.context(), view, &marks, body);
}

void StatusPage::render_array(json::Writer& out, std::span<const StatusId> ids) {
  out.begin_array();
  for (const auto id : ids) {
    if (contains(id)) render(out, id);
  }
  out.end_array();
}

}  // namespace dunlin::api::entities
