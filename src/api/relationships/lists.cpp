#include "lists.hpp"

#include "accounts/handlers.hpp"
#include "handlers.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/relationship.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/blocks.hpp"
#include "dunlin/store/endorsements.hpp"
#include "dunlin/store/mutes.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultAccounts = 40;
constexpr int kMaxAccounts = 80;
constexpr int kMaxFamiliar = 80;

Result<http::Response> list_endorsements_of(Call& call, const model::Account& account) {
  const auto page = read_page_or_all(call.params(), kDefaultAccounts, kMaxAccounts);
  return account_list(call, call.services().relationships.endorsements(call.tx(), call.viewer_id(), account, page),
                      page);
}

}  // namespace

Result<http::Response> list_blocks(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultAccounts, kMaxAccounts);
  if (page.limit == 0) return call.json("[]");
  return account_list(call, store::list_blocks(call.tx(), *call.viewer_id(), page), page);
}

Result<http::Response> list_mutes(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultAccounts, kMaxAccounts);
  const auto mutes =
      page.limit == 0 ? std::vector<store::Mute>{} : store::list_mutes(call.tx(), *call.viewer_id(), page);
  if (mutes.empty()) return call.json("[]");
  std::vector<AccountId> ids;
  for (const auto& mute : mutes) ids.push_back(mute.target_account_id);
  entities::AccountPage accounts(call.tx(), call.config(), ids);
  json::Writer out;
  out.begin_array();
  for (const auto& mute : mutes) {
    if (accounts.find(mute.target_account_id) == nullptr) continue;
    entities::render_muted_account(out, accounts.json(mute.target_account_id), mute.expires_at);
  }
  out.end_array();
  return call.json_page(out.take(), ref_links(mutes.front().row_id, mutes.back().row_id, mutes.size(), page));
}

Result<http::Response> list_own_endorsements(Call& call) {
  return list_endorsements_of(call, call.viewer());
}

Result<http::Response> list_endorsements(Call& call) {
  return list_endorsements_of(call, TRY(path_account(call)));
}

Result<http::Response> list_familiar_followers(Call& call) {
  const auto asked = read_ids<AccountId>(call);
  const auto found = store::list_familiar_followers(call.tx(), *call.viewer_id(), asked, kMaxFamiliar);
  std::vector<AccountId> ids;
  for (const auto& one : found) ids.insert(ids.end(), one.followers.begin(), one.followers.end());
  entities::AccountPage accounts(call.tx(), call.config(), ids);
  json::Writer out;
  out.begin_array();
  for (const auto& one : found) {
    out.begin_object().field("id", one.account_id);
    out.key("accounts").raw(accounts.json_array(one.followers));
    out.end_object();
  }
  out.end_array();
  return call.json(out.take());
}

}  // namespace dunlin::api
