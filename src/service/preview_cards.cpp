#include "dunlin/service/preview_cards.hpp"

#include "card_details.hpp"
#include "fetch_ahead.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/remote_media.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/preview_cards.hpp"
#include "dunlin/store/refused_media.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <span>
#include <tuple>

namespace dunlin::service {

namespace {

using std::chrono::hours;

constexpr hours kKeep{14 * 24};
constexpr hours kPauseAfterTrouble{1};
constexpr std::uint64_t kJitterSeconds = 60;
constexpr std::size_t kMaxLinks = 20;
constexpr int kMaxTold = 100;  // older ones are not on anybody's screen

bool is_mentioned(std::string_view href, std::span<const model::Mention> mentions) {
  return std::ranges::any_of(mentions, [&](const auto& m) { return href == m.url || href == m.uri; });
}

/// Trouble that may pass; anything else is how the page is.
bool is_passing_trouble(const RemoteDocument& page) {
  return !page.failure.empty() || page.status >= 500 || page.status == 408 || page.status == 425 || page.status == 429;
}

bool is_html(const RemoteDocument& page) {
  const auto type = text::trim(std::string_view(page.content_type).substr(0, page.content_type.find(';')));
  return page.status == 200 &&
         (text::equals_ignore_case(type, "text/html") || text::equals_ignore_case(type, "application/xhtml+xml"));
}

/// Whether the account has said that pages of this host may name it as their author.
bool may_be_named_by(const model::Account& account, std::string_view host) {
  return std::ranges::any_of(account.attribution_domains, [&](std::string_view domain) {
    return host == domain || (host.ends_with(domain) && host.substr(0, host.size() - domain.size()).ends_with('.'));
  });
}

/// The account behind `fediverse:creator`, which says "@name@server". Errors: need_remote.
Result<std::optional<model::Account>> find_creator(Environment& env, db::Tx& tx, RemoteDocuments& documents,
                                                   std::string_view handle) {
  if (handle.starts_with('@')) handle.remove_prefix(1);
  const auto at = handle.find('@');
  const auto domain = at == std::string_view::npos ? std::nullopt : normalise_domain(handle.substr(at + 1));
  const auto username = handle.substr(0, at);
  if (!domain || username.empty()) return std::nullopt;
  if (uris::is_own_domain(env.config, *domain)) return store::find_account_by_handle(tx, username, std::nullopt);
  auto found = env.federation.resolve_handle(tx, documents, username, *domain);
  if (found) return *std::move(found);
  if (found.error().code == Errc::need_remote) return std::unexpected(std::move(found).error());
  return std::nullopt;
}

/// Names the author's account on the card. Anybody can write a handle into a page: it counts when the account agrees.
/// Errors: need_remote.
Result<void> name_creator(Environment& env, db::Tx& tx, RemoteDocuments& documents, model::PreviewCard& card,
                          const html::PageInfo& info, const Url& address) {
  if (info.creator.empty()) return {};
  const auto creator = TRY(find_creator(env, tx, documents, info.creator));
  if (!creator || creator->suspended_at || !may_be_named_by(*creator, address.host)) return {};
  card.author_account_id = creator->id;
  if (card.author_name.empty()) {
    card.author_name = creator->display_name.empty() ? creator->username : creator->display_name;
    card.author_url = creator->url;
  }
  return {};
}

/// The page's card with what its oEmbed and its author add. Errors: need_remote.
Result<std::optional<model::PreviewCard>> read_card(Environment& env, db::Tx& tx, const RemoteDocument& page,
                                                    RemoteDocuments& documents) {
  const auto address = Url::parse(page.final_url);
  if (!address) return std::nullopt;
  const auto info = html::read_page_info(page.body, page.content_type);
  auto card = make_card(info, *address);
  if (card) TRY_VOID(name_creator(env, tx, documents, *card, info, *address));
  const auto oembed = card && !info.oembed.empty() ? address->resolve(info.oembed) : std::nullopt;
  if (!oembed) return card;
  const auto document = documents.get({oembed->str(), RemoteKind::oembed});
  if (!document) {
    if (document.error().code == Errc::need_remote) return std::unexpected(document.error());
    return card;
  }
  if ((*document)->failure.empty() && (*document)->status == 200) apply_oembed(*card, (*document)->body, *address);
  return card;
}

/// A picture that is not served is not named. Returns whether it was so.
bool hide_refused_picture(const RemoteMediaService& media, model::PreviewCard& card) {
  if (card.image_url.empty() || media.may_show(domain_of(card.image_url), card.url)) return false;
  card.image_url.clear();
  card.image_description.clear();
  if (card.type == model::CardType::photo) {
    card.type = model::CardType::link;
    card.embed_url.clear();
  }
  return true;
}

}  // namespace

std::optional<std::string> choose_card_link(const config::Config& config, const model::Status& status,
                                            std::span<const model::Mention> mentions) {
  if (status.is_reblog() || status.has(model::Part::quote) || !status.content.contains("<a ")) return std::nullopt;
  for (const auto& link : html::collect_links(status.content, kMaxLinks)) {
    if (link.is_mention || link.is_hashtag || is_mentioned(link.href, mentions)) continue;
    const auto url = Url::parse(link.href);
    if (url && !uris::is_own_domain(config, url->authority())) return url->str();
  }
  return std::nullopt;
}

void link_card(Environment& env, db::Tx& tx, const model::Status& status, const std::string& link) {
  const auto noted = store::set_status_link(tx, status.id, link);
  if (!env.config.discovery.link_previews || !noted.is_due(tx.now())) return;
  const std::chrono::seconds delay(status.local ? 0 : random_below(kJitterSeconds));
  env.queue.enqueue(tx, {.kind = kFetchCard,
                         .payload = std::to_string(noted.id),
                         .priority = status.local ? 0 : 1,
                         .run_at = tx.now() + delay,
                         .unique_key = std::to_string(noted.id)});
}

void relink_card(Environment& env, db::Tx& tx, model::Status& status, std::span<const model::Mention> mentions) {
  if (const auto link = choose_card_link(env.config, status, mentions)) {
    status.set(model::Part::card);
    link_card(env, tx, status, *link);
  } else if (status.has(model::Part::card)) {
    store::delete_status_link(tx, status.id);
  }
}

Result<void> run_fetch_card(Environment& env, db::Tx& tx, const RemoteMediaService& media, RemoteDocuments& documents,
                            std::string_view payload) {
  std::int64_t id = 0;
  std::from_chars(payload.data(), payload.data() + payload.size(), id);
  const auto link = store::find_card_link(tx, id);
  if (!link || !link->is_due(tx.now())) return {};  // somebody else has looked
  const RemoteDocument& page = *TRY(documents.get({link->url, RemoteKind::web_page}));
  if (is_passing_trouble(page)) {
    store::record_card_check(tx, link->id, link->card_id, tx.now() + kPauseAfterTrouble);
    return {};
  }
  std::optional<PreviewCardId> stored;
  std::string picture_of;  // the server whose page has a picture
  if (is_html(page)) {
    if (auto card = TRY(read_card(env, tx, page, documents))) {
      const bool refused = hide_refused_picture(media, *card);
      const auto address = Url::parse(card->url);
      if (address && !card->image_url.empty()) picture_of = address->authority();
      card->id = env.ids.next<PreviewCardId>();
      stored = store::upsert_preview_card(tx, *card);
      // The copy of an earlier one goes with all that nothing names.
      if (refused) std::ignore = store::clear_card_pictures(tx, std::span(&*stored, 1));
    }
  }
  store::record_card_check(tx, link->id, stored, tx.now() + kKeep);
  if (stored && !picture_of.empty()) {
    const RemoteFile file{.picture = model::PictureKind::card, .id = stored->value};
    fetch_ahead(env, tx, picture_of, std::span(&file, 1));
  }
  if (!stored && !link->card_id) return {};
  for (const auto& status : store::list_linking_statuses(tx, link->id, kMaxTold)) {
    env.events.tell(tx, events::StatusChanged{status.id, status.author, events::StatusPart::card});
  }
  return {};
}

}  // namespace dunlin::service
