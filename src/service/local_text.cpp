#include "local_text.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/html/format.hpp"
#include "dunlin/html/markup.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <fmt/core.h>

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

Result<void> check_text_length(const Environment& env, std::string_view text, std::string_view spoiler_text) {
  const int limit = env.config.limits.max_status_characters;
  if (html::count_characters(text, spoiler_text) > static_cast<std::size_t>(limit)) {
    return fail(Errc::invalid, fmt::format("Validation failed: Text character limit of {} exceeded", limit));
  }
  return {};
}

namespace {

/// What a text speaks of, collected as its parts are read.
class TextReader {
 public:
  TextReader(db::Tx& tx, const Environment& env, RemoteDocuments* documents)
      : tx_(tx), env_(env), documents_(documents) {}

  /// Errors: need_remote.
  Result<void> read(const std::vector<html::Entity>& entities) {
    for (const auto& entity : entities) {
      if (entity.kind == html::EntityKind::hashtag && tags_.insert(text::fold_hashtag(entity.hashtag)).second) {
        rendered_.tags.push_back(entity.hashtag);
      }
      if (entity.kind != html::EntityKind::mention) continue;
      const Key key = key_of(env_, entity);
      if (!looked_up_.insert(key).second) continue;
      auto account = TRY(find_mentioned(tx_, env_, documents_, key));
      if (!account || account->suspended_at) continue;
      const bool repeated =
          std::ranges::any_of(rendered_.mentions, [&](const auto& m) { return m.account_id == account->id; });
      if (!repeated) {
        rendered_.mentions.push_back(
            {account->id, account->username, account->domain, account->uri, account->url, false});
      }
      accounts_.emplace(key, std::move(*account));
    }
    return {};
  }

  [[nodiscard]] html::Resolver resolver() const {
    return {.mention = [this](const html::Entity& entity) -> std::optional<html::MentionTarget> {
              const auto found = accounts_.find(key_of(env_, entity));
              if (found == accounts_.end()) return std::nullopt;
              return html::MentionTarget{found->second.url, found->second.username};
            },
            .hashtag_href =
                [this](const html::Entity& entity) {
                  return uris::tag_page(env_.config, text::fold_hashtag(entity.hashtag));
                }};
  }

  RenderedText finish(std::string html) {
    rendered_.html = std::move(html);
    return std::move(rendered_);
  }

 private:
  db::Tx& tx_;
  const Environment& env_;
  RemoteDocuments* documents_;
  RenderedText rendered_;
  std::map<Key, model::Account> accounts_;
  std::set<Key> looked_up_;
  std::set<std::string> tags_;
};

}  // namespace

Result<RenderedText> render_local_text(db::Tx& tx, const Environment& env, RemoteDocuments* documents,
                                       std::string_view text, model::ContentType type) {
  TextReader reader(tx, env, documents);
  if (type == model::ContentType::plain) {
    const auto entities = html::extract(text);
    TRY_VOID(reader.read(entities));
    return reader.finish(html::render(text, entities, reader.resolver()));
  }
  // Sanitised first, linked afterwards: what links is ours.
  const std::string clean = html::sanitize_status_html(
      type == model::ContentType::markdown ? html::markdown_to_html(text) : std::string(text));
  for (const auto& run : html::text_runs(clean)) TRY_VOID(reader.read(html::extract(run)));
  return reader.finish(html::map_text(
      clean, [&](std::string_view run) { return html::render_inline(run, html::extract(run), reader.resolver()); }));
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
