#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/reaction.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/reactions.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace dunlin::api {

namespace {

/// Accounts that are listed behind the emojis of one status.
constexpr int kMaxReactions = 1000;

std::string path_emoji(const Call& call) {
  return std::string(call.path_text("emoji"));
}

/// The accounts behind each emoji, the first to react first.
std::map<std::string, std::vector<AccountId>> group_accounts(const std::vector<model::Reaction>& reactions) {
  std::map<std::string, std::vector<AccountId>> groups;
  for (const auto& reaction : reactions) groups[reaction.name].push_back(reaction.account_id);
  return groups;
}

}  // namespace

Result<http::Response> add_reaction(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto status = TRY(call.services().reactions.react(call.tx(), call.viewer(), id, path_emoji(call)));
  return one_status(call, status.id);
}

Result<http::Response> remove_reaction(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto status = TRY(call.services().reactions.unreact(call.tx(), call.viewer(), id, path_emoji(call)));
  return one_status(call, status.id);
}

Result<http::Response> list_reactions(Call& call) {
  const auto status = TRY(visible_status(call));
  const auto wanted = path_emoji(call);
  const auto name = wanted.empty() ? std::nullopt : std::optional(wanted);
  const auto reactions = store::list_reactions(call.tx(), status.id, name, kMaxReactions);
  const auto groups = group_accounts(reactions);
  std::vector<AccountId> everyone;
  for (const auto& reaction : reactions) everyone.push_back(reaction.account_id);
  entities::AccountPage accounts(call.tx(), call.config(), everyone);
  const std::array ids{status.id};
  json::Writer out;
  out.begin_array();
  const auto counts = store::count_reactions(call.tx(), call.viewer_id(), ids);
  const auto own = counts.find(status.id);
  const auto shown = own == counts.end() ? std::span<const store::ReactionCount>{} : std::span(own->second);
  for (const auto& count : shown) {
    const auto group = groups.find(count.name);
    if (group == groups.end()) continue;
    entities::render_reaction(out, call.config(), count, call.has_user(), accounts.json_array(group->second));
  }
  out.end_array();
  return call.json(out.take());
}

Result<http::Response> list_reactioned_by(Call& call) {
  const auto status = TRY(visible_status(call));
  const auto reactions = store::list_reactions(call.tx(), status.id, std::nullopt, kMaxReactions);
  std::vector<AccountId> everyone;
  for (const auto& reaction : reactions) everyone.push_back(reaction.account_id);
  entities::AccountPage accounts(call.tx(), call.config(), everyone);
  json::Writer out;
  out.begin_array();
  for (const auto& reaction : reactions) {
    if (accounts.find(reaction.account_id) == nullptr) continue;
    out.begin_object();
    out.field("id", reaction.id);
    out.field("name", reaction.name);
    if (reaction.url) {
      out.field("url", *reaction.url);
      out.field("static_url", reaction.static_url.value_or(*reaction.url));
    }
    out.key("account").raw(accounts.json(reaction.account_id));
    out.end_object();
  }
  out.end_array();
  return call.json(out.take());
}

}  // namespace dunlin::api
