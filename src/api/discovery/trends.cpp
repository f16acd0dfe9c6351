#include "dunlin/service/trends.hpp"

#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/preview_card.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/api/entities/tag.hpp"
#include "dunlin/api/entities/tag_page.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/trends.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultStatuses = 20;
constexpr int kMaxStatuses = 40;
constexpr int kDefaultOthers = 10;
constexpr int kMaxOthers = 20;

bool trends_are_off(const Call& call) {
  return call.config().discovery.trends == "off";
}

store::Unreviewed unreviewed(const Call& call) {
  return call.config().discovery.trends == "review" ? store::Unreviewed::hidden : store::Unreviewed::shown;
}

store::TrendQuery read_query(const Call& call, int default_limit, int max_limit) {
  const auto* user = call.has_user() ? &call.user() : nullptr;
  return {.unreviewed = unreviewed(call),
          .languages = service::reading_languages(user, call.request().headers.get("Accept-Language")),
          .limit = http::read_page(call.params(), default_limit, max_limit).limit,
          .offset = read_offset(call.params())};
}

/// Part of a list of trends, which differs by the reader's language.
http::Response answer(const Call& call, std::string body, const store::TrendQuery& query, std::size_t rows) {
  auto response = call.cacheable_when_anonymous(
      offset_page(call, std::move(body), {.offset = query.offset, .limit = query.limit, .rows = rows}));
  response.headers.set("Vary", "Authorization, Origin, Accept-Language");
  return response;
}

void render_link(json::Writer& out, const config::Config& config, const model::PreviewCard& card,
                 const model::UseHistory& history, entities::AccountPage& authors) {
  const bool has_author = card.author_account_id && authors.find(*card.author_account_id) != nullptr;
  out.begin_object();
  entities::render_preview_card_members(out, config, card, has_author ? authors.json(*card.author_account_id) : "");
  entities::render_history(out, history);
  out.end_object();
}

}  // namespace

Result<http::Response> trending_tags(Call& call) {
  const auto query = read_query(call, kDefaultOthers, kMaxOthers);
  if (trends_are_off(call) || query.limit == 0) return call.json("[]");
  const auto tags = store::list_trending_tags(call.tx(), query);
  json::Writer out;
  entities::TagPage(call.tx(), call.config(), call.viewer_id(), tags).render_array(out, tags);
  return answer(call, out.take(), query, tags.size());
}

Result<http::Response> trending_tags_v1(Call& call) {
  auto response = TRY(trending_tags(call));
  response.headers.set("Deprecation", "@1648598400");
  return response;
}

Result<http::Response> trending_statuses(Call& call) {
  const auto query = read_query(call, kDefaultStatuses, kMaxStatuses);
  if (trends_are_off(call) || query.limit == 0) return call.json("[]");
  const auto ids = store::list_trending_statuses(call.tx(), call.viewer_id(), query);
  entities::StatusPage statuses(call.tx(), call.config(), call.viewer_id(), ids);
  json::Writer out;
  statuses.render_array(out, ids);
  return answer(call, out.take(), query, ids.size());
}

Result<http::Response> trending_links(Call& call) {
  const auto query = read_query(call, kDefaultOthers, kMaxOthers);
  if (trends_are_off(call) || query.limit == 0) return call.json("[]");
  const auto cards = store::list_trending_cards(call.tx(), query);
  std::vector<std::int64_t> ids;
  std::vector<AccountId> author_ids;
  for (const auto& card : cards) {
    ids.push_back(card.id.value);
    if (card.author_account_id) author_ids.push_back(*card.author_account_id);
  }
  const auto histories = store::load_card_history(call.tx(), ids);
  entities::AccountPage authors(call.tx(), call.config(), author_ids);
  json::Writer out;
  out.begin_array();
  for (const auto& card : cards) render_link(out, call.config(), card, histories.at(card.id.value), authors);
  out.end_array();
  return answer(call, out.take(), query, cards.size());
}

Result<http::Response> link_timeline(Call& call) {
  const auto url = TRY(call.params().required("url"));
  const auto page = http::read_page(call.params(), kDefaultStatuses, kMaxStatuses);
  const auto card = trends_are_off(call) ? std::nullopt : store::find_trending_card(call.tx(), url, unreviewed(call));
  if (!card) return fail(Errc::not_found, "Record not found");
  if (page.limit == 0) return call.json("[]");
  const auto ids = store::list_link_timeline(call.tx(), call.viewer_id(), *card, page);
  return call.cacheable_when_anonymous(status_list(call, ids, page, NextLink::when_not_empty));
}

}  // namespace dunlin::api
