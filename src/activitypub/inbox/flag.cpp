#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/intake.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/service/reports.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

namespace {

constexpr std::size_t kMaxComment = 5000;
constexpr std::size_t kMaxStatuses = 100;

struct Reported {
  std::optional<model::Account> account;
  std::vector<model::Status> statuses;
};

void take(InboxContext& context, std::string_view uri, Reported& reported) {
  if (auto account = find_local_actor(context, uri)) {
    if (!reported.account) reported.account = std::move(account);
    return;
  }
  auto status = find_known_status(context, uri);
  if (status && status->local && reported.statuses.size() < kMaxStatuses)
    reported.statuses.push_back(std::move(*status));
}

/// Misskey names the posts in the text.
void take_from_text(InboxContext& context, std::string_view text, Reported& reported) {
  std::size_t addresses = 0;
  for (const auto line : text::split(text, '\n')) {
    for (const auto word : text::split(line, ' ')) {
      if (!service::uris::is_own_url(context.env.config, word)) continue;
      if (++addresses > kMaxStatuses) return;
      take(context, word, reported);
    }
  }
}

}  // namespace

/// Another server reports an account of ours, and perhaps posts of it. Who reports there is not known, as it should be.
Result<Outcome> on_flag(InboxContext& context, const Activity& flag) {
  if (FederationService::of(context.env).policies().find(context.actor).reject_reports) {
    return Outcome::rejected(Reason::domain_policy, "reports of its domain are refused");
  }
  Reported reported;
  for (const Object& object : flag.objects) take(context, object.id, reported);
  take_from_text(context, flag.content, reported);
  if (!reported.account && !reported.statuses.empty()) {
    reported.account = store::find_account(context.tx, reported.statuses.front().account_id);
  }
  if (!reported.account) return Outcome::ignored(Reason::nobody_concerned, "no account of ours is reported");
  model::Report report;
  report.target_account_id = reported.account->id;
  report.comment = std::string(text::truncate_utf8(flag.content, kMaxComment));
  if (!flag.id.empty()) report.uri = receipt_name(flag.id, context.actor.uri);
  // Posts of others have no place in a report on this one.
  for (const model::Status& status : reported.statuses) {
    if (status.account_id == reported.account->id) report.status_ids.push_back(status.id);
  }
  using Received = service::ReportService::Received;
  switch (context.services.reports.receive(context.tx, context.actor, std::move(report))) {
    case Received::merged:
      return Outcome::duplicate(Reason::known, "part of an earlier report of the same");
    case Received::known:
      return Outcome::duplicate(Reason::known, "reported before");
    case Received::refused:
      return Outcome::ignored(Reason::flood, "too many reports by the same");
    case Received::filed:
      break;
  }
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
