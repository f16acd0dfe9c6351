#include "activitypub_access.hpp"
#include "activitypub_collections.hpp"
#include "activitypub_documents.hpp"

#include "dunlin/activitypub/render.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>
#include <string>
#include <utility>

namespace dunlin::web {

namespace {

using activitypub::CollectionPage;

constexpr int kPage = 60;

bool wants_page(const api::Call& call) {
  return call.params().text("page").value_or("") == "true";
}

StatusId cursor(const api::Call& call) {
  return StatusId{call.params().integer("min_id").value_or(0)};
}

std::string address(const std::string& collection, const std::string& rest, StatusId after) {
  auto result = collection + "?page=true" + rest;
  if (after) result += "&min_id=" + after.str();
  return result;
}

void add_items(CollectionPage& page, const std::vector<store::StatusUri>& refs) {
  for (const store::StatusUri& ref : refs) page.items.push_back(activitypub::quoted(ref.uri));
}

/// First what the author adds to the own post, then what others answer: who reads only one page gets the thread's
/// trunk.
std::string replies_page(const api::Call& call, db::Tx& tx, const model::Status& status, const std::string& replies) {
  constexpr const char* kOthers = "&only_other_accounts=true";
  const bool others = call.params().text("only_other_accounts").value_or("") == "true";
  const StatusId after = cursor(call);
  const auto refs = store::list_replies(tx, status, !others, after, kPage);
  CollectionPage page{.id = address(replies, others ? kOthers : "", after),
                      .part_of = replies,
                      .next = {},
                      .prev = {},
                      .ordered = false,
                      .items = {}};
  add_items(page, refs);
  if (refs.size() == kPage) {
    page.next = address(replies, others ? kOthers : "", refs.back().id);
  } else if (!others) {
    page.next = address(replies, kOthers, {});
  }
  return activitypub::render_collection_page(page);
}

Result<http::Response> show_count(api::Call& call, const char* name, std::int64_t model::Status::* total) {
  return serve_status(call, [&](db::Tx&, const ShownStatus& shown) -> Result<http::Response> {
    if (shown.status.is_reblog()) return fail(Errc::not_found, "Record not found");
    const std::string id = shown.status.uri + "/" + name;
    // How many like what is not public is nobody's business.
    return document_for(call,
                        shown.to_signer_only ? activitypub::render_hidden_collection(id, "Collection")
                                             : activitypub::render_count(id, "Collection", shown.status.*total),
                        shown.to_signer_only);
  });
}

}  // namespace

Result<http::Response> show_replies(api::Call& call) {
  return serve_status(call, [&](db::Tx& tx, const ShownStatus& shown) -> Result<http::Response> {
    if (shown.status.is_reblog()) return fail(Errc::not_found, "Record not found");
    const std::string replies = shown.status.uri + "/replies";
    return document_for(call,
                        wants_page(call) ? replies_page(call, tx, shown.status, replies)
                                         : activitypub::render_first_page(replies, replies + "?page=true"),
                        shown.to_signer_only);
  });
}

Result<http::Response> show_likes(api::Call& call) {
  return show_count(call, "likes", &model::Status::favourites_count);
}

Result<http::Response> show_shares(api::Call& call) {
  return show_count(call, "shares", &model::Status::reblogs_count);
}

/// A thread that begins here with something public (FEP-7888, FEP-f228).
Result<http::Response> show_context(api::Call& call) {
  const auto visitor = TRY(meet(call));
  return call.session().read([&](db::Tx& tx) -> Result<http::Response> {
    const std::array ids{TRY(call.path_id<ConversationId>("id"))};
    const auto heads = store::list_thread_heads(tx, ids);
    const auto head = heads.find(ids[0]);
    const auto root = head != heads.end() && head->second.root && !head->second.uri
                          ? store::find_status(tx, *head->second.root)
                          : std::nullopt;
    const auto author = root ? store::find_account(tx, root->account_id) : std::nullopt;
    if (!author || !root->is_distributable() || author->suspended_at) return fail(Errc::not_found, "Record not found");
    TRY_VOID(admit(call, tx, visitor, *author));
    const std::string id = service::uris::conversation(call.config(), ids[0]);
    if (!wants_page(call)) {
      return document_for(call, activitypub::render_context(id, author->uri, id + "?page=true"));
    }
    const StatusId after = cursor(call);
    const auto refs = store::list_context(tx, ids[0], after, kPage);
    CollectionPage page{.id = address(id, "", after), .part_of = id, .next = {}, .prev = {}, .items = {}};
    add_items(page, refs);
    if (refs.size() == kPage) page.next = address(id, "", refs.back().id);
    return document_for(call, activitypub::render_collection_page(page));
  });
}

/// The followers of an account on the asking server (FEP-8fcf): for a signature of that server alone.
Result<http::Response> show_followers_synchronization(api::Call& call) {
  const auto visitor = TRY(meet(call));
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    const auto account = TRY(path_account_with_collections(call, tx));
    const auto signer = prove(call, tx, visitor);
    if (!signer) return std::unexpected(signer.error());
    if (signer->suspended_at || !may_federate(call, *signer) || store::is_blocked(tx, account.id, signer->id))
      return fail(Errc::not_found, "Record not found");
    CollectionPage page{.id = {}, .part_of = {}, .next = {}, .prev = {}, .items = {}};
    for (const std::string& uri : store::list_follower_uris_on(tx, account.id, origin_of(*signer))) {
      page.items.push_back(activitypub::quoted(uri));
    }
    return private_document(
        activitypub::render_whole_collection(account.uri + "/followers_synchronization", std::move(page.items)));
  });
}

}  // namespace dunlin::web
