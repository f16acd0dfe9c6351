#include "parse/username.hpp"
#include "resolve/document.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace dunlin::activitypub {

using service::RemoteKind;

namespace {

constexpr std::size_t kMaxWebFingerBytes = 256UL * 1024UL;

bool is_jrd(const service::RemoteDocument& answer) {
  const auto type =
      text::to_lower_ascii(text::trim(std::string_view(answer.content_type).substr(0, answer.content_type.find(';'))));
  return type == "application/jrd+json" || type == "application/json";
}

Result<WebFinger> read_webfinger(const service::RemoteDocument& answer) {
  if (!is_jrd(answer) || answer.body.size() > kMaxWebFingerBytes) {
    return fail(Errc::bad_request, "Remote data could not be fetched", "WebFinger of type " + answer.content_type);
  }
  return parse_webfinger(answer.body);
}

/// "user@domain" apart; the domain normalised.
std::optional<std::pair<std::string, std::string>> split_handle(std::string_view handle) {
  if (handle.starts_with('@')) handle.remove_prefix(1);
  const auto at = handle.rfind('@');
  if (at == std::string_view::npos || !is_username(handle.substr(0, at))) return std::nullopt;
  const auto domain = normalise_domain(handle.substr(at + 1));
  if (!domain) return std::nullopt;
  return std::pair{std::string(handle.substr(0, at)), *domain};
}

}  // namespace

std::string Resolver::scheme() const {
  return env_.config.federation.allow_http ? "http://" : "https://";
}

Result<const service::RemoteDocument*> Resolver::answer(const std::string& url, RemoteKind kind,
                                                        std::string_view sent_by) {
  TRY_VOID(check_budget(url));
  // Actors cost their server nothing, and each may say that its name is somebody else's to know.
  constexpr int kMostOfPair = 300;
  constexpr int kMostElsewhere = 1200;
  constexpr std::chrono::hours kWindow{1};
  const std::string target = HostBudget::registrable(domain_of(url));
  const std::string sender = HostBudget::registrable(sent_by);
  const std::array<service::AttemptLimiter::Limit, 2> limits{
      {{"sent to " + target + " by " + sender, kMostOfPair, kWindow}, {"sent to " + target, kMostElsewhere, kWindow}}};
  const bool elsewhere = !sent_by.empty() && target != sender;
  if (elsewhere && documents_.find_answer(url, kind) == nullptr &&
      FederationService::of(env_).origin_checks().count_all(limits)) {
    return fail(Errc::remote_failed, "Remote data could not be fetched", "too many names that others say are there");
  }
  return fetch_answer(env_.config, documents_, url, kind);
}

Result<WebFinger> Resolver::webfinger(std::string_view username, std::string_view domain, std::string_view sent_by) {
  const std::string resource = "acct:" + std::string(username) + "@" + std::string(domain);
  const std::string url = scheme() + std::string(domain) + "/.well-known/webfinger?resource=" + resource;
  const auto first = answer(url, RemoteKind::webfinger, sent_by);
  if (first) return read_webfinger(**first);
  // 404 or no connection: perhaps WebFinger lives elsewhere, and host-meta says where.
  if (first.error().code != Errc::not_found && first.error().code != Errc::remote_failed) {
    return std::unexpected(first.error());
  }
  const auto elsewhere = TRY(webfinger_by_host_meta(username, domain, sent_by));
  if (elsewhere == url) return std::unexpected(first.error());
  const auto* second = TRY(answer(elsewhere, RemoteKind::webfinger, domain));
  return read_webfinger(*second);
}

Result<std::string> Resolver::webfinger_by_host_meta(std::string_view username, std::string_view domain,
                                                     std::string_view sent_by) {
  const std::string url = scheme() + std::string(domain) + "/.well-known/host-meta";
  const auto* document = TRY(answer(url, RemoteKind::host_meta, sent_by));
  const auto pattern = TRY(parse_host_meta(document->body));
  const std::string resource = "acct:" + std::string(username) + "@" + std::string(domain);
  auto result = text::replace_all(pattern, "{uri}", text::percent_encode(resource));
  TRY_VOID(check_fetchable(env_.config, result));
  return result;
}

Result<WebFinger> Resolver::final_webfinger(const std::string& username, const std::string& domain,
                                            std::string_view sent_by) {
  auto found = TRY(webfinger(username, domain, sent_by));
  const auto subject = split_handle(found.subject);
  if (!subject)
    return fail(Errc::bad_request, "Remote data could not be fetched", "WebFinger subject " + found.subject);
  const std::string asked = username + "@" + domain;
  const std::string named = subject->first + "@" + subject->second;
  if (text::equals_ignore_case(asked, named)) {
    found.subject = named;
    return found;
  }
  // Split domain: the subject's own domain has the last word, and must name itself.
  auto confirmed = TRY(webfinger(subject->first, subject->second, domain));
  const auto again = split_handle(confirmed.subject);
  if (!again || !text::equals_ignore_case(named, again->first + "@" + again->second)) {
    return fail(Errc::bad_request, "Remote data could not be fetched", "WebFinger of " + asked + " leads in circles");
  }
  confirmed.subject = again->first + "@" + again->second;
  return confirmed;
}

Result<std::optional<Resolver::Handle>> Resolver::confirm_handle(const Actor& actor) {
  const auto url = Url::parse(actor.id);
  if (!url) return std::optional<Handle>();
  const std::string claimed =
      actor.webfinger.empty() ? actor.preferred_username + "@" + url->authority() : actor.webfinger;
  const auto handle = split_handle(claimed);
  if (!handle) return std::optional<Handle>();
  const auto answer = final_webfinger(handle->first, handle->second, url->authority());
  if (!answer) {
    if (answer.error().code == Errc::need_remote || answer.error().code == Errc::remote_failed) {
      return std::unexpected(answer.error());
    }
    log::info("handle not confirmed", {log::kv("actor", actor.id), log::kv("reason", answer.error().detail)});
    return std::optional<Handle>();
  }
  const auto confirmed = split_handle(answer->subject);
  if (!confirmed || answer->self != actor.id || !text::equals_ignore_case(confirmed->first, actor.preferred_username)) {
    log::info("handle not confirmed", {log::kv("actor", actor.id), log::kv("reason", "leads to " + answer->self)});
    return std::optional<Handle>();
  }
  // The actor's spelling of its name, the domain's word on the rest.
  return std::optional(Handle{actor.preferred_username, confirmed->second});
}

Result<model::Account> Resolver::handle(std::string_view username, std::string_view domain_text) {
  constexpr std::chrono::hours kFresh{24};
  const auto domain = normalise_domain(domain_text);
  if (!domain || !is_username(username)) return fail(Errc::not_found, "Record not found");
  if (service::uris::is_own_domain(env_.config, *domain)) {
    auto own = store::find_account_by_handle(tx_, username, std::nullopt);
    if (!own) return fail(Errc::not_found, "Record not found");
    return std::move(*own);
  }
  if (const auto known = store::find_account_by_handle(tx_, username, *domain)) return refresh_if_older(*known, kFresh);
  const auto found = TRY(final_webfinger(std::string(username), *domain, {}));
  auto account = TRY(actor(found.self));
  // Known by another name until now: it may have been renamed.
  const auto is_named = [&](const model::Account& candidate) {
    return candidate.handle_verified && text::equals_ignore_case(candidate.acct(), found.subject);
  };
  if (!is_named(account) && !account.is_local()) account = TRY(refresh(account));
  if (!is_named(account))
    return fail(Errc::not_found, "Record not found", found.subject + " is not the actor's own handle");
  return account;
}

}  // namespace dunlin::activitypub
