#include "layout.hpp"
#include "public_pages.hpp"
#include "status_html.hpp"
#include "tables.hpp"

#include "dunlin/service/collection_urls.hpp"
#include "dunlin/service/collections.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

/// Who is in it, in order, without those who are suspended.
std::vector<model::Account> members_of(db::Tx& tx, const model::Collection& collection) {
  std::vector<AccountId> ids;
  for (const auto& item : collection.items) {
    if (item.state == model::CollectionItemState::accepted) ids.push_back(item.account_id);
  }
  auto members = store::list_shown_accounts(tx, ids);
  std::erase_if(members, [](const model::Account& account) { return account.suspended_at.has_value(); });
  std::ranges::sort(members, {}, [&](const model::Account& account) { return std::ranges::find(ids, account.id); });
  return members;
}

void add_person(Html& out, const config::Config& config, const model::Account& account) {
  out.add(R"(<li><div class="who"><img src="{}" alt="" width="48" height="48">
<div><a href="{}"><strong>{}</strong></a><span class="soft">@{}</span></div></div></li>
)",
          {avatar_of(config, account), safe_href(account.url), name_of(account),
           account.is_local() ? full_handle(config, account) : account.acct()});
}

void add_people(Html& body, const config::Config& config, const std::vector<model::Account>& members, bool folded) {
  body.add("<section class=\"card\">\n");
  if (members.empty()) body.add("<p class=\"soft\">Nobody is in it.</p>\n");
  if (folded) body.add("<details><summary>Marked as sensitive</summary>\n");
  body.add("<ul class=\"rows\">\n");
  for (const auto& member : members) add_person(body, config, member);
  body.add("</ul>\n");
  if (folded) body.add("</details>\n");
  body.add("</section>\n");
}

/// As nobody in particular may see it: whoever has the address.
Result<http::Response> show_collection_page(Call& call) {
  const auto id = TRY(call.path_id<model::CollectionId>("id"));
  const auto collection = TRY(call.services().collections.get(call.tx(), std::nullopt, id));
  const auto owner = store::find_shown_account(call.tx(), collection.account_id);
  if (!owner) return fail(Errc::not_found, "Record not found");
  const auto& config = call.config();
  Html body;
  body.add("<section class=\"card hero\"><h1>{}</h1>\n", {collection.name});
  if (!collection.description.empty()) body.add("<p class=\"lead\">{}</p>\n", {collection.description});
  body.add("<p>Accounts that <a href=\"{}\">{}</a> recommends</p>\n", {owner->url, name_of(*owner)});
  if (collection.tag_name) {
    body.add("<p class=\"tags\"><a href=\"/tags/{}\">#{}</a></p>\n", {*collection.tag_name, *collection.tag_name});
  }
  body.add("</section>\n");
  add_people(body, config, members_of(call.tx(), collection), collection.sensitive);
  PageOptions options{.title = collection.name, .index = collection.discoverable, .files = true};
  add_preview(options.head, config,
              {.type = "website",
               .title = collection.name,
               .description = collection.description,
               .url = service::collection_url(config, id),
               .image = service::uris::default_avatar(config)});
  return render_page(config, options, body);
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/collections/:id", Auth::pub, "", &show_collection_page},
};

}  // namespace

std::span<const api::Route> collection_page_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
