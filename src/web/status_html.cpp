#include "status_html.hpp"

#include "emoji_html.hpp"

#include "dunlin/api/entities/account.hpp"
#include "dunlin/api/entities/status.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace dunlin::web {

namespace {

constexpr std::size_t kCardGraphemes = 160;
constexpr std::size_t kQuoteGraphemes = 280;

void add_medium(Html& out, const config::Config& config, const model::MediaAttachment& media) {
  const auto original = service::media_urls::original(config, media);
  if (!original) return;
  const auto preview = service::media_urls::preview(config, media);
  switch (media.shown_type()) {
    case model::MediaType::image:
      out.add("<a href=\"{}\"><img src=\"{}\" alt=\"{}\" title=\"{}\"",
              {*original, preview.value_or(*original), media.description, media.description});
      // So that nothing jumps when it comes.
      if (media.width > 0) {
        out.add(" width=\"{}\" height=\"{}\"", {std::to_string(media.width), std::to_string(media.height)});
      }
      out.add(" loading=\"lazy\"></a>\n");
      return;
    case model::MediaType::gifv:
    case model::MediaType::video:
      out.add("<video src=\"{}\" poster=\"{}\" aria-label=\"{}\" controls playsinline preload=\"none\"></video>\n",
              {*original, preview.value_or(""), media.description});
      return;
    case model::MediaType::audio:
      out.add("<audio src=\"{}\" aria-label=\"{}\" controls preload=\"none\"></audio>\n",
              {*original, media.description});
      return;
    case model::MediaType::unknown:
      out.add("<p><a href=\"{}\" rel=\"nofollow noopener\">{}</a></p>\n",
              {safe_href(media.remote_url.value_or(*original)),
               media.description.empty() ? "Attachment" : media.description});
  }
}

void add_media(Html& out, const config::Config& config, const model::Status& status,
               std::span<const model::MediaAttachment> media) {
  if (media.empty()) return;
  const bool folded = status.sensitive && status.spoiler_text.empty();
  if (folded) out.add("<details><summary>Sensitive media</summary>\n");
  out.add("<div class=\"{}\">\n", {media.size() == 1 ? "media" : "media several"});
  for (const auto& one : media) add_medium(out, config, one);
  out.add("</div>\n");
  if (folded) out.add("</details>\n");
}

void add_counts(Html& out, const model::Status& status) {
  for (const auto& [count, one, several] :
       {std::tuple<std::int64_t, std::string_view, std::string_view>{status.replies_count, "reply", "replies"},
        {status.reblogs_count, "boost", "boosts"},
        {status.favourites_count, "favourite", "favourites"}}) {
    if (count > 0) out.add("<span>{} {}</span>\n", {readable_count(count), count == 1 ? one : several});
  }
}

/// The page that a status links to. Nothing of it runs here: a picture, two texts and a link.
void add_card(Html& out, const config::Config& config, const model::PreviewCard& card) {
  out.add("<a class=\"preview\" href=\"{}\" rel=\"nofollow noopener\">", {safe_href(card.url)});
  if (!card.image_url.empty()) {
    out.add("<img src=\"{}\" alt=\"{}\" loading=\"lazy\">",
            {service::media_urls::card(config, card), card.image_description});
  }
  out.add("<span><span class=\"soft small\">{}</span><strong>{}</strong>",
          {card.provider_name.empty() ? domain_of(card.url) : card.provider_name, card.title});
  if (!card.description.empty()) {
    out.add("<span class=\"soft small\">{}</span>", {text::truncate_graphemes(card.description, kCardGraphemes)});
  }
  out.add("</span></a>\n");
}

}  // namespace

std::string status_link(const config::Config& config, const model::Status& status, const model::Account& author) {
  if (author.is_local()) return service::uris::status_page(config, author.username, status.id);
  return status.url.value_or(status.uri);
}

std::string avatar_of(const config::Config& config, const model::Account& account) {
  return service::media_urls::avatar(config, account);
}

std::string name_of(const model::Account& account) {
  return account.display_name.empty() ? account.username : account.display_name;
}

StatusHtml::StatusHtml(api::Call& call, std::span<const StatusId> ids)
    : call_(call),
      bundle_(ids.empty() ? store::StatusBundle{} : store::load_status_bundle(call.tx(), ids, std::nullopt)),
      emojis_(call.tx(), call.config()) {
  const auto expect = [&](const model::Status& status) {
    const auto author = bundle_.accounts.find(status.account_id);
    if (author == bundle_.accounts.end() || author->second.is_local()) return;
    emojis_.expect(api::entities::emoji_texts_of(status), *author->second.domain);
    emojis_.expect(api::entities::emoji_texts_of(author->second), *author->second.domain);
  };
  for (const auto& status : bundle_.statuses) expect(status);
  for (const auto& [id, status] : bundle_.originals) expect(status);
  for (const auto& [id, status] : bundle_.quoted) expect(status);
}

void StatusHtml::add_text(Html& out, std::string_view text, const model::Account& author) {
  out.raw(with_emojis(text::escape_html(text), emojis_, author.domain));
}

void StatusHtml::add_name(Html& out, const model::Account& account) {
  add_text(out, name_of(account), account);
}

void StatusHtml::add_author(Html& out, const model::Account& author) {
  out.add(R"(<div class="who"><img src="{}" alt="" width="44" height="44" loading="lazy" referrerpolicy="no-referrer">
<div><a href="{}"><strong>)",
          {avatar_of(call_.config(), author), safe_href(author.url)});
  add_name(out, author);
  out.add("</strong><span class=\"soft\">@{}</span></a></div></div>\n", {author.acct()});
}

void StatusHtml::add_poll(Html& out, const model::Poll& poll, const model::Account& author) {
  const Time now = call_.env().clock.now();
  const auto all = std::max<std::int64_t>(poll.multiple ? poll.voters_count : poll.votes_count(), 1);
  out.add("<ul class=\"poll\">\n");
  for (std::size_t i = 0; i < poll.options.size(); ++i) {
    out.add("<li><span>");
    add_text(out, poll.options[i], author);
    out.add("</span>");
    if (poll.shows_totals(now) && i < poll.tallies.size()) {
      const std::string percent = std::to_string(poll.tallies[i] * 100 / all);
      out.add("<span class=\"soft\">{}&nbsp;%</span><progress max=\"100\" value=\"{}\"></progress>",
              {percent, percent});
    }
    out.add("</li>\n");
  }
  const auto votes = poll.votes_count();
  out.add("</ul>\n<p class=\"soft small\">{} {}", {readable_count(votes), votes == 1 ? "vote" : "votes"});
  if (poll.expires_at) {
    out.add(poll.is_over(now) ? " \u00b7 ended {}" : " \u00b7 ends {}", {readable_time(*poll.expires_at)});
  }
  out.add("</p>\n");
}

/// What a status quotes, as far as everybody may see it.
void StatusHtml::add_quote(Html& out, const store::QuoteView& quote) {
  const bool shown = quote.sight == model::QuoteSight::accepted && quote.quoted_status_id;
  const auto quoted = shown ? bundle_.quoted.find(*quote.quoted_status_id) : bundle_.quoted.end();
  const auto author =
      quoted == bundle_.quoted.end() ? bundle_.accounts.end() : bundle_.accounts.find(quoted->second.account_id);
  if (author == bundle_.accounts.end()) {
    out.add("<p class=\"quoted soft\">The quoted post cannot be shown.</p>\n");
    return;
  }
  const auto& status = quoted->second;
  const std::string text =
      status.spoiler_text.empty() ? html::clean_line(html::to_plain_text(status.content)) : status.spoiler_text;
  out.add("<a class=\"preview quoted\" href=\"{}\"><span><strong>",
          {safe_href(status_link(call_.config(), status, author->second))});
  add_name(out, author->second);
  out.add("</strong><span class=\"soft small\">@{}</span><span>", {author->second.acct()});
  add_text(out, text::truncate_graphemes(text, kQuoteGraphemes), author->second);
  out.add("</span></span></a>\n");
}

/// What stands behind a content warning, if there is one.
void StatusHtml::add_body(Html& out, const model::Status& status, const model::Account& author) {
  const auto quote = bundle_.quotes.find(status.id);
  const bool quotes = quote != bundle_.quotes.end();
  out.add("<div class=\"{}\" lang=\"{}\">", {quotes ? "content with-quote" : "content", status.language.value_or("")});
  out.raw(with_emojis(status.content, emojis_, author.domain)).add("</div>\n");
  if (quotes) add_quote(out, quote->second);
  if (const auto poll = bundle_.polls.find(status.id); poll != bundle_.polls.end()) {
    add_poll(out, poll->second.poll, author);
  }
  const auto media = bundle_.media.find(status.id);
  const bool has_media = media != bundle_.media.end() && !media->second.empty();
  if (has_media) add_media(out, call_.config(), status, media->second);
  const auto card = bundle_.cards.find(status.id);
  const bool open = !status.sensitive && status.spoiler_text.empty() && !has_media;
  if (card != bundle_.cards.end() && open) add_card(out, call_.config(), card->second);
}

Html StatusHtml::render(const model::Status& status, Standing standing) {
  Html out;
  const auto wrapper_author = bundle_.accounts.find(status.account_id);
  const model::Status* found = &status;
  if (status.reblog_of_id) {
    const auto original = bundle_.originals.find(*status.reblog_of_id);
    if (original == bundle_.originals.end()) return out;
    found = &original->second;
  }
  const model::Status& shown = *found;
  const auto author = bundle_.accounts.find(shown.account_id);
  if (author == bundle_.accounts.end() || wrapper_author == bundle_.accounts.end()) return out;
  out.add("<article class=\"{}\">\n", {standing == Standing::focus ? "card status focus" : "card status"});
  if (&shown != &status) {
    out.add("<p class=\"soft small\">");
    add_name(out, wrapper_author->second);
    out.add(" boosted</p>\n");
  }
  if (standing == Standing::pinned) out.add("<p class=\"soft small\">Pinned</p>\n");
  add_author(out, author->second);
  const bool warned = !shown.spoiler_text.empty();
  if (warned) {
    out.add("<details><summary>");
    add_text(out, shown.spoiler_text, author->second);
    out.add("</summary>\n");
  }
  add_body(out, shown, author->second);
  if (warned) out.add("</details>\n");

  out.add("<footer class=\"soft small\"><a href=\"{}\"><time datetime=\"{}\">{}</time></a>\n",
          {safe_href(status_link(call_.config(), shown, author->second)), format_iso8601(shown.created_at),
           readable_time(shown.created_at)});
  if (shown.edited_at) out.add("<span>edited</span>\n");
  add_counts(out, shown);
  out.add("</footer></article>\n");
  return out;
}

}  // namespace dunlin::web
