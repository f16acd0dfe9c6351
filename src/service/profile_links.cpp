#include "dunlin/service/profile_links.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/me_links.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace dunlin::service {

namespace {

/// The field is nothing but an address of a page elsewhere.
std::optional<Url> link_of(const config::Config& config, const model::ProfileField& field) {
  const auto url = Url::parse(text::trim(field.source));
  return url && !uris::is_own_url(config, url->str()) ? url : std::nullopt;
}

bool wants_verification(const config::Config& config, const model::ProfileField& field) {
  return !field.verified_at && link_of(config, field);
}

/// One of the page's rel=me links is the profile.
bool links_back(const RemoteDocument& page, const Url& asked, const model::Account& account) {
  if (page.status != 200 || !text::starts_with_ignore_case(page.content_type, "text/html")) return false;
  const auto base = Url::parse(page.final_url).value_or(asked);
  return std::ranges::any_of(html::collect_me_links(page.body), [&](const std::string& href) {
    const auto target = base.resolve(href);
    return target && (text::equals_ignore_case(target->str(), account.url) || target->str() == account.uri);
  });
}

}  // namespace

void enqueue_link_verification(db::Tx& tx, const Environment& env, const model::Account& account) {
  if (std::ranges::none_of(account.fields, [&](const auto& f) { return wants_verification(env.config, f); })) return;
  // Time to put the link on the page, for those who save first.
  constexpr std::chrono::seconds kPause{3};
  env.queue.enqueue(
      tx,
      {.kind = kVerifyLinks, .payload = account.id.str(), .run_at = tx.now() + kPause, .unique_key = account.id.str()});
}

Result<void> run_verify_links(db::Tx& tx, const Environment& env, RemoteDocuments& documents,
                              std::string_view payload) {
  const auto id = AccountId::parse(payload);
  auto account = id ? store::find_account(tx, *id) : std::nullopt;
  if (!account || !account->is_local() || account->suspended_at) return {};
  bool changed = false;
  for (auto& field : account->fields) {
    if (!wants_verification(env.config, field)) continue;
    const auto url = *link_of(env.config, field);
    const auto page = documents.get({.url = url.str(), .kind = RemoteKind::page});
    if (!page && page.error().code == Errc::need_remote) return std::unexpected(page.error());
    if (!page || !links_back(**page, url, *account)) continue;
    field.verified_at = tx.now();
    changed = true;
  }
  if (!changed) return {};
  store::update_fields(tx, account->id, account->fields);
  env.events.tell(tx, events::AccountChanged{account->id});
  return {};
}

}  // namespace dunlin::service
