#include "activitypub_collections.hpp"

#include "activitypub_access.hpp"
#include "activitypub_documents.hpp"

#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/status_marks.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/tags.hpp"
#include "dunlin/store/timelines.hpp"

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::web {

namespace {

using activitypub::CollectionPage;
using activitypub::Context;
using activitypub::NoteParts;

constexpr int kOutboxPage = 20;
constexpr int kFollowsPage = 40;
constexpr int kMaxFeatured = 50;

std::string with_cursor(const std::string& collection, const char* name, std::int64_t value) {
  return collection + "?page=true&" + name + "=" + std::to_string(value);
}

/// The page's own address, made anew: nothing of the request is echoed.
std::string page_id(const std::string& collection, const model::Page& page) {
  if (page.min_id) return with_cursor(collection, "min_id", *page.min_id);
  if (page.max_id) return with_cursor(collection, "max_id", *page.max_id);
  return collection + "?page=true";
}

bool wants_page(const api::Call& call) {
  return call.params().text("page").value_or("") == "true";
}

/// What the documents of a page's own statuses are made of, in the order of the page.
std::vector<NoteParts> parts_of_page(const api::Call& call, db::Tx& tx, const model::Account& author,
                                     const store::StatusBundle& bundle) {
  std::vector<NoteParts> parts;
  for (const model::Status& status : bundle.statuses) {
    if (status.reblog_of_id) continue;
    const auto found = bundle.mentions.find(status.id);
    const auto mentions = found == bundle.mentions.end() ? std::span<const model::Mention>()
                                                         : std::span<const model::Mention>(found->second);
    parts.push_back(activitypub::note_parts(call.config(), status, author, mentions));
  }
  activitypub::fill_parts(tx, call.config(), parts);
  return parts;
}

std::vector<std::string> render_items(const api::Call& call, db::Tx& tx, const model::Account& author,
                                      const store::StatusBundle& bundle) {
  const auto parts = parts_of_page(call, tx, author, bundle);
  auto own = parts.begin();
  std::vector<std::string> items;
  for (const model::Status& status : bundle.statuses) {
    if (!status.reblog_of_id) {
      items.push_back(activitypub::render_create(call.config(), *own++, Context::without));
      continue;
    }
    const auto original = bundle.originals.find(*status.reblog_of_id);
    if (original == bundle.originals.end()) continue;
    const auto by = bundle.accounts.find(original->second.account_id);
    if (by == bundle.accounts.end()) continue;
    items.push_back(
        activitypub::render_announce(status, author, original->second.uri, by->second.uri, Context::without));
  }
  return items;
}

using ShowCollection = Result<http::Response> (*)(const api::Call&, db::Tx&, const model::Account&);

/// A collection of the account of the path, for visitors whom it does not block.
Result<http::Response> serve_collection(api::Call& call, ShowCollection show) {
  const auto visitor = TRY(meet(call));
  return call.session().read([&](db::Tx& tx) -> Result<http::Response> {
    const auto account = TRY(path_account_with_collections(call, tx));
    TRY_VOID(admit(call, tx, visitor, account));
    return show(call, tx, account);
  });
}

Result<http::Response> outbox(const api::Call& call, db::Tx& tx, const model::Account& author) {
  const std::string outbox = author.uri + "/outbox";
  if (!wants_page(call)) {
    return document_for(call, activitypub::render_paged_collection(outbox, author.statuses_count, outbox + "?page=true",
                                                                   outbox + "?page=true&min_id=0"));
  }
  const auto page = http::read_page(call.params(), kOutboxPage, kOutboxPage);
  const auto ids = store::list_outbox(tx, author.id, page);
  CollectionPage result{.id = page_id(outbox, page), .part_of = outbox, .next = {}, .prev = {}, .items = {}};
  if (!ids.empty()) {
    result.items = render_items(call, tx, author, store::load_status_bundle(tx, ids));
    result.prev = with_cursor(outbox, "min_id", ids.front().value);
    if (ids.size() == kOutboxPage) result.next = with_cursor(outbox, "max_id", ids.back().value);
  }
  return document_for(call, activitypub::render_collection_page(result));
}

using ListAccounts = std::vector<store::AccountRef> (*)(db::Tx&, AccountId, const model::Page&);

/// Followers or following: the ids, newest first, unless the account shows their number only.
Result<http::Response> follows(const api::Call& call, db::Tx& tx, const model::Account& account,
                               const std::string& collection, std::int64_t total, ListAccounts list) {
  if (!wants_page(call)) {
    return document_for(call,
                        account.hide_collections
                            ? activitypub::render_count(collection, "OrderedCollection", total)
                            : activitypub::render_paged_collection(collection, total, collection + "?page=true", {}));
  }
  if (account.hide_collections) return fail(Errc::forbidden, "This action is not allowed");
  const auto page = http::read_page(call.params(), kFollowsPage, kFollowsPage);
  const auto refs = list(tx, account.id, page);
  CollectionPage result{.id = page_id(collection, page), .part_of = collection, .next = {}, .prev = {}, .items = {}};
  std::vector<AccountId> ids;
  for (const store::AccountRef& ref : refs) ids.push_back(ref.account_id);
  std::map<AccountId, std::string> uris;
  for (model::Account& other : store::list_accounts(tx, ids)) uris.emplace(other.id, std::move(other.uri));
  for (const AccountId id : ids) {
    if (const auto uri = uris.find(id); uri != uris.end()) result.items.push_back(activitypub::quoted(uri->second));
  }
  if (refs.size() == kFollowsPage) result.next = with_cursor(collection, "max_id", refs.back().row_id);
  return document_for(call, activitypub::render_collection_page(result));
}

/// The pinned statuses, whole: Misskey reads them inline.
Result<http::Response> featured(const api::Call& call, db::Tx& tx, const model::Account& account) {
  const auto ids = store::list_pins(tx, account.id, std::nullopt, kMaxFeatured);
  std::vector<std::string> items;
  if (!ids.empty()) {
    const auto bundle = store::load_status_bundle(tx, ids);
    for (const NoteParts& note : parts_of_page(call, tx, account, bundle)) {
      items.push_back(activitypub::render_note(call.config(), note, Context::without));
    }
  }
  return document_for(call, activitypub::render_whole_collection(account.uri + "/collections/featured", items));
}

Result<http::Response> featured_tags(const api::Call& call, db::Tx& tx, const model::Account& account) {
  std::vector<std::string> items;
  for (const store::FeaturedTag& featured : store::list_featured_tags(tx, account.id)) {
    items.push_back(activitypub::render_hashtag(call.config(), featured.tag.display_name));
  }
  return document_for(call, activitypub::render_whole_collection(account.uri + "/collections/tags", items));
}

}  // namespace

Result<http::Response> show_outbox(api::Call& call) {
  return serve_collection(call, &outbox);
}

Result<http::Response> show_featured(api::Call& call) {
  return serve_collection(call, &featured);
}

Result<http::Response> show_featured_tags(api::Call& call) {
  return serve_collection(call, &featured_tags);
}

Result<http::Response> show_instance_outbox(api::Call& call) {
  const std::string outbox = service::uris::instance_actor(call.config()) + "/outbox";
  return public_document(activitypub::render_count(outbox, "OrderedCollection", 0));
}

Result<http::Response> show_followers(api::Call& call) {
  return serve_collection(call, [](const api::Call& c, db::Tx& tx, const model::Account& account) {
    return follows(c, tx, account, account.uri + "/followers", account.followers_count, &store::list_followers);
  });
}

Result<http::Response> show_following(api::Call& call) {
  return serve_collection(call, [](const api::Call& c, db::Tx& tx, const model::Account& account) {
    return follows(c, tx, account, account.uri + "/following", account.following_count, &store::list_following);
  });
}

}  // namespace dunlin::web
