#include "parse/markup.hpp"
#include "resolve/document.hpp"

#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::activitypub {

using Resolved = service::Federation::Resolved;
using service::RemoteKind;

namespace {

constexpr std::size_t kMaxPageBytes = 1024UL * 1024UL;

/// The target of the first `rel=alternate` of an ActivityPub type in a Link header (RFC 8288).
std::string alternate_in_header(std::string_view header) {
  while (!header.empty()) {
    const auto open = header.find('<');
    const auto close = header.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) return {};
    const auto next = header.find('<', close);
    const auto parameters = header.substr(close + 1, next == std::string_view::npos ? next : next - close - 1);
    // The parameters read like attributes once their separators are blanks.
    const auto spaced = text::replace_all(std::string(parameters), ";", " ");
    const bool alternate =
        markup::attribute(spaced, "rel") == "alternate" || spaced.find("rel=alternate") != std::string::npos;
    // The type of ld+json has a quoted profile of its own, which the blanks do not hurt.
    if (alternate && parameters.find("application/") != std::string_view::npos &&
        (parameters.find("activity+json") != std::string_view::npos ||
         parameters.find("ns/activitystreams") != std::string_view::npos)) {
      return std::string(header.substr(open + 1, close - open - 1));
    }
    header = next == std::string_view::npos ? std::string_view() : header.substr(next);
  }
  return {};
}

std::string alternate_in_page(std::string_view html) {
  for (const auto tag : markup::tags(html.substr(0, kMaxPageBytes), "link")) {
    if (markup::attribute(tag, "rel") == "alternate" && is_activity_type(markup::attribute(tag, "type"))) {
      return markup::attribute(tag, "href");
    }
  }
  return {};
}

}  // namespace

Result<Resolved> Resolver::url(std::string_view url) {
  constexpr std::chrono::hours kFresh{24};
  if (service::uris::is_own_url(env_.config, url)) {
    if (auto account = known_account(url)) return Resolved{.account = std::move(account), .status = std::nullopt};
    auto found = status(url);
    if (!found) return std::unexpected(found.error());
    return Resolved{.account = std::nullopt, .status = std::move(*found)};
  }
  if (const auto account = known_account(url)) {
    return Resolved{.account = TRY(refresh_if_older(*account, kFresh)), .status = std::nullopt};
  }
  auto known = store::find_status_by_uri(tx_, url);
  if (!known) known = store::find_status_by_url(tx_, url);
  if (known) return Resolved{.account = std::nullopt, .status = std::move(known)};
  const auto id = TRY(document_behind_page(url));
  return adopt(TRY(fetch(id)));
}

Result<std::string> Resolver::document_behind_page(std::string_view url) {
  const auto* page = TRY(answer(std::string(url), RemoteKind::page, {}));
  if (is_activity_type(page->content_type)) return TRY(read_answer(*page, url)).id;
  auto found = alternate_in_header(page->link_header);
  const bool is_html = text::starts_with_ignore_case(page->content_type, "text/html") ||
                       text::starts_with_ignore_case(page->content_type, "application/xhtml+xml");
  if (found.empty() && is_html) found = alternate_in_page(page->body);
  const auto base = Url::parse(page->final_url.empty() ? url : std::string_view(page->final_url));
  const auto target = base && !found.empty() ? base->resolve(found) : std::nullopt;
  if (!target) return fail(Errc::not_found, "Record not found", "no document behind " + std::string(url));
  return target->str();
}

Result<Resolved> Resolver::adopt(const Object& object) {
  if (object.actor) {
    auto known = store::find_account_by_uri(tx_, object.id);
    auto account = known ? std::move(*known) : TRY(store_actor(*object.actor, Binding::now));
    return Resolved{.account = std::move(account), .status = std::nullopt};
  }
  if (object.note) return Resolved{.account = std::nullopt, .status = TRY(store_status(*object.note))};
  if (object.activity && object.activity->type == ActivityType::create) {
    return Resolved{.account = std::nullopt, .status = TRY(status(object.activity->object_id()))};
  }
  return fail(Errc::not_found, "Record not found", object.id + " is a " + object.type);
}

}  // namespace dunlin::activitypub
