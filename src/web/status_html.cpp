#include "status_html.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/service/uris.hpp"

namespace dunlin::web {

namespace {

std::string link_of(const config::Config& config, const model::Status& status, const model::Account& author) {
  if (author.is_local()) return service::uris::status_page(config, author.username, status.id);
  return status.url.value_or(status.uri);
}

void add_author(Html& out, const config::Config& config, const model::Account& author) {
  out.add(R"(<div class="who"><img src="{}" alt="" width="44" height="44" loading="lazy" referrerpolicy="no-referrer">
<div><a href="{}"><strong>{}</strong><span class="soft">@{}</span></a></div></div>
)",
          {avatar_of(config, author), safe_href(author.url), name_of(author), author.acct()});
}

void add_content(Html& out, const model::Status& status) {
  const std::string language = status.language.value_or("");
  if (!status.spoiler_text.empty()) out.add("<details><summary>{}</summary>\n", {status.spoiler_text});
  out.add("<div class=\"content\" lang=\"{}\">", {language}).raw(status.content).add("</div>\n");
  if (!status.spoiler_text.empty()) out.add("</details>\n");
}

}  // namespace

std::string avatar_of(const config::Config& config, const model::Account& account) {
  return account.avatar_url.empty() ? service::uris::default_avatar(config) : account.avatar_url;
}

std::string name_of(const model::Account& account) {
  return account.display_name.empty() ? account.username : account.display_name;
}

Html render_status(const api::Call& call, const store::StatusBundle& bundle, const model::Status& status, bool focus) {
  Html out;
  const auto wrapper_author = bundle.accounts.find(status.account_id);
  const model::Status* shown = &status;
  if (status.reblog_of_id) {
    const auto original = bundle.originals.find(*status.reblog_of_id);
    if (original == bundle.originals.end()) return out;
    shown = &original->second;
  }
  const auto author = bundle.accounts.find(shown->account_id);
  if (author == bundle.accounts.end() || wrapper_author == bundle.accounts.end()) return out;
  out.add("<article class=\"{}\">\n", {focus ? "card status focus" : "card status"});
  if (shown != &status) out.add("<p class=\"soft small\">{} boosted</p>\n", {name_of(wrapper_author->second)});
  add_author(out, call.config(), author->second);
  add_content(out, *shown);
  out.add(R"(<footer class="soft small"><a href="{}"><time datetime="{}">{}</time></a>
<span>Replies: {}</span> <span>Boosts: {}</span> <span>Favourites: {}</span></footer></article>
)",
          {safe_href(link_of(call.config(), *shown, author->second)), format_iso8601(shown->created_at),
           readable_time(shown->created_at), std::to_string(shown->replies_count), std::to_string(shown->reblogs_count),
           std::to_string(shown->favourites_count)});
  return out;
}

}  // namespace dunlin::web
