#include "dunlin/store/refused_media.hpp"

#include "media_files.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/remote_media.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/media_cache.hpp"
#include "dunlin/store/stored_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// What becomes of files that are here when the admin decides about their server.
namespace dunlin::service {

namespace {

constexpr int kAtOnce = 200;
constexpr int kCardsAtOnce = 1000;
constexpr std::array<std::string_view, 3> kNames{"account", "emojis", "cards"};

}  // namespace

std::string RefusedFiles::payload() const {
  return std::string(kNames[static_cast<std::size_t>(of)]) + " " + which + " " + std::to_string(after);
}

std::optional<RefusedFiles> RefusedFiles::parse(std::string_view payload) {
  const auto first = payload.find(' ');
  const auto last = payload.rfind(' ');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  RefusedFiles files;
  const auto name = std::ranges::find(kNames, payload.substr(0, first));
  if (name == kNames.end()) return std::nullopt;
  files.of = static_cast<Of>(name - kNames.begin());
  files.which = payload.substr(first + 1, last - first - 1);
  const auto digits = payload.substr(last + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), files.after);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return files;
}

bool RemoteMediaService::may_show(std::string_view domain, std::string_view account_uri) const {
  if (!may_keep_) return true;
  return may_keep_(domain) && (account_uri.empty() || may_keep_(domain_of(account_uri)));
}

Result<void> RemoteMediaService::follow_policy(db::Session& session, std::string_view payload) {
  const auto files = RefusedFiles::parse(payload);
  if (!files) return fail(Errc::internal, "The payload of a job is unreadable", std::string(payload));
  const auto keys = TRY(session.write([&](db::Tx& tx) -> Result<std::vector<std::string>> {
    std::vector<std::string> unnamed;
    if (const auto last = follow_policy(tx, *files, unnamed)) {
      auto next = *files;
      next.after = *last;
      const auto text = next.payload();
      env_.queue.enqueue(tx, {.kind = kFollowMediaPolicy, .payload = text, .unique_key = text});
    }
    return store::begin_dropping_keys(tx, unnamed, tx.now() - kFileGrace);
  }));
  if (keys.empty()) return {};
  log::info("files of a server are let go", {log::kv("of", files->which), log::kv("files", keys.size())});
  // What stays in the store now is dropped with whatever nothing names.
  if (library_ != nullptr) return drop(session, keys);
  return {};
}

std::optional<std::int64_t> RemoteMediaService::follow_policy(db::Tx& tx, const RefusedFiles& files,
                                                              std::vector<std::string>& keys) {
  switch (files.of) {
    case RefusedFiles::Of::account:
      return follow_account(tx, files, keys);
    case RefusedFiles::Of::emojis:
      return follow_emojis(tx, files, keys);
    case RefusedFiles::Of::cards:
      break;
  }
  return follow_cards(tx, files, keys);
}

std::optional<std::int64_t> RemoteMediaService::follow_account(db::Tx& tx, const RefusedFiles& files,
                                                               std::vector<std::string>& keys) {
  const auto account = store::find_account(tx, AccountId::parse(files.which).value_or(AccountId{}));
  if (!account || account->is_local()) return std::nullopt;
  const MediaId after{files.after};
  const bool refused = !may_show(*account->domain, account->uri);
  auto page = refused ? store::refuse_media_of(tx, account->id, after, kAtOnce)
                      : store::readmit_media_of(tx, account->id, after, kAtOnce);
  keys = std::move(page.keys);
  if (refused) {
    auto pictures = store::evict_pictures_of(tx, account->id);
    keys.insert(keys.end(), pictures.begin(), pictures.end());
  }
  for (const StatusId status : page.statuses) {
    env_.events.tell(tx, events::StatusChanged{status, account->id, events::StatusPart::media});
  }
  return page.seen == kAtOnce ? std::optional(page.last->value) : std::nullopt;
}

std::optional<std::int64_t> RemoteMediaService::follow_emojis(db::Tx& tx, const RefusedFiles& files,
                                                              std::vector<std::string>& keys) {
  const auto page = store::list_emojis_of_domain(tx, files.which, files.after, kAtOnce);
  std::vector<std::int64_t> refused;
  std::vector<std::int64_t> admitted;
  // By each one's own domain: a subdomain may be an exception.
  for (const auto& emoji : page) (may_show(emoji.domain) ? admitted : refused).push_back(emoji.id);
  keys = store::set_emojis_refused(tx, refused, true);
  std::ignore = store::set_emojis_refused(tx, admitted, false);
  return page.size() == kAtOnce ? std::optional(page.back().id) : std::nullopt;
}

std::optional<std::int64_t> RemoteMediaService::follow_cards(db::Tx& tx, const RefusedFiles& files,
                                                             std::vector<std::string>& keys) {
  const auto page = store::list_card_pictures(tx, PreviewCardId{files.after}, kCardsAtOnce);
  std::vector<PreviewCardId> refused;
  for (const auto& one : page) {
    if (!may_show(domain_of(one.url), one.page)) refused.push_back(one.card);
  }
  keys = store::clear_card_pictures(tx, refused);
  return page.size() == kCardsAtOnce ? std::optional(page.back().card.value) : std::nullopt;
}

}  // namespace dunlin::service
