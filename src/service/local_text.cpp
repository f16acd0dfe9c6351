#include "local_text.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/format.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace dunlin::service {

namespace {

using Key = std::pair<std::string, std::string>;  // username and domain, lower case; domain "" = local

Key key_of(const Environment& env, const html::Entity& entity) {
  std::string domain = text::to_lower_ascii(entity.domain);
  if (uris::is_own_domain(env.config, domain)) domain.clear();
  return {text::to_lower_ascii(entity.username), std::move(domain)};
}

/// The account behind a handle; nullopt when there is none. Errors: need_remote.
Result<std::optional<model::Account>> find_mentioned(db::Tx& tx, const Environment& env, RemoteDocuments* documents,
                                                     const Key& key) {
  const auto domain = key.second.empty() ? std::nullopt : std::optional(key.second);
  auto known = store::find_account_by_handle(tx, key.first, domain);
  if (known || !domain || documents == nullptr) return known;
  auto found = env.federation.resolve_handle(tx, *documents, key.first, *domain);
  if (found) return std::optional(std::move(*found));
  if (found.error().code == Errc::need_remote) return std::unexpected(std::move(found).error());
  return std::nullopt;
}

}  // namespace

Result<RenderedText> render_local_text(db::Tx& tx, const Environment& env, RemoteDocuments* documents,
                                       std::string_view text) {
  const auto entities = html::extract(text);
  RenderedText rendered;
  std::map<Key, model::Account> accounts;
  std::set<Key> looked_up;
  std::set<std::string> tags;
  for (const auto& entity : entities) {
    if (entity.kind == html::EntityKind::hashtag && tags.insert(text::fold(entity.hashtag)).second) {
      rendered.tags.push_back(entity.hashtag);
    }
    if (entity.kind != html::EntityKind::mention) continue;
    const Key key = key_of(env, entity);
    if (!looked_up.insert(key).second) continue;
    auto account = TRY(find_mentioned(tx, env, documents, key));
    if (!account || account->suspended_at) continue;
    const bool repeated =
        std::ranges::any_of(rendered.mentions, [&](const auto& m) { return m.account_id == account->id; });
    if (!repeated) {
      rendered.mentions.push_back({account->id, account->username, account->domain, account->uri, account->url, false});
    }
    accounts.emplace(key, std::move(*account));
  }
  const html::Resolver resolver{
      .mention = [&](const html::Entity& entity) -> std::optional<html::MentionTarget> {
        const auto found = accounts.find(key_of(env, entity));
        if (found == accounts.end()) return std::nullopt;
        return html::MentionTarget{found->second.url, found->second.username};
      },
      .hashtag_href =
          [&](const html::Entity& entity) { return uris::tag_page(env.config, text::fold(entity.hashtag)); }};
  rendered.html = html::render(text, entities, resolver);
  return rendered;
}

Result<std::string> render_local_field(db::Tx& tx, const Environment& env, std::string_view value) {
  std::string line(value);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  auto rendered = TRY(render_local_text(tx, env, nullptr, line));
  std::string& html = rendered.html;
  if (html.starts_with("<p>") && html.ends_with("</p>")) html = html.substr(3, html.size() - 7);
  return std::move(html);
}

}  // namespace dunlin::service
