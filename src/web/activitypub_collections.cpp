#include "activitypub_collections.hpp"

#include "activitypub_documents.hpp"

#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/timelines.hpp"

#include <string>
#include <utility>
#include <vector>

namespace dunlin::web {

namespace {

using activitypub::CollectionPage;
using activitypub::Context;

constexpr int kOutboxPage = 20;
constexpr int kRepliesPage = 60;

std::string with_cursor(const std::string& collection, const char* name, std::int64_t value) {
  return collection + "?page=true&" + name + "=" + std::to_string(value);
}

/// The page's own address, made anew: nothing of the request is echoed.
std::string page_id(const std::string& collection, const model::Page& page) {
  if (page.min_id) return with_cursor(collection, "min_id", *page.min_id);
  if (page.max_id) return with_cursor(collection, "max_id", *page.max_id);
  return collection + "?page=true";
}

std::vector<std::string> render_items(const api::Call& call, const model::Account& author,
                                      const store::StatusBundle& bundle) {
  std::vector<std::string> items;
  for (const model::Status& status : bundle.statuses) {
    if (!status.reblog_of_id) {
      const auto found = bundle.mentions.find(status.id);
      const auto mentions = found == bundle.mentions.end() ? std::vector<model::Mention>{} : found->second;
      const auto parts = activitypub::note_parts(call.config(), status, author, mentions);
      items.push_back(activitypub::render_create(call.config(), parts, Context::without));
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

/// The live, public status of the path. Errors: not_found.
Result<model::Status> path_status(const api::Call& call) {
  const auto author = TRY(path_account(call, call.tx()));
  auto status = store::find_status(call.tx(), TRY(call.path_id<StatusId>("sid")));
  const bool shown = status && status->account_id == author.id && status->is_distributable() && !status->is_reblog() &&
                     !author.suspended_at;
  if (!shown) return fail(Errc::not_found, "Record not found");
  return std::move(*status);
}

}  // namespace

Result<http::Response> show_outbox(api::Call& call) {
  const auto author = TRY(path_account_with_collections(call, call.tx()));
  const std::string outbox = author.uri + "/outbox";
  if (call.params().text("page").value_or("") != "true") {
    return public_document(activitypub::render_paged_collection(outbox, author.statuses_count, outbox + "?page=true",
                                                                outbox + "?page=true&min_id=0"));
  }
  const auto page = http::read_page(call.params(), kOutboxPage, kOutboxPage);
  const auto ids = store::list_outbox(call.tx(), author.id, page);
  CollectionPage result{.id = page_id(outbox, page), .part_of = outbox, .next = {}, .prev = {}, .items = {}};
  if (!ids.empty()) {
    result.items = render_items(call, author, store::load_status_bundle(call.tx(), ids));
    result.prev = with_cursor(outbox, "min_id", ids.front().value);
    if (ids.size() == kOutboxPage) result.next = with_cursor(outbox, "max_id", ids.back().value);
  }
  return public_document(activitypub::render_collection_page(result));
}

Result<http::Response> show_instance_outbox(api::Call& call) {
  const std::string outbox = service::uris::instance_actor(call.config()) + "/outbox";
  return public_document(activitypub::render_count(outbox, "OrderedCollection", 0));
}

// Sizes only: who follows whom is nobody's business but the people's own.
Result<http::Response> show_followers(api::Call& call) {
  const auto account = TRY(path_account_with_collections(call, call.tx()));
  return public_document(
      activitypub::render_count(account.uri + "/followers", "OrderedCollection", account.followers_count));
}

Result<http::Response> show_following(api::Call& call) {
  const auto account = TRY(path_account_with_collections(call, call.tx()));
  return public_document(
      activitypub::render_count(account.uri + "/following", "OrderedCollection", account.following_count));
}

Result<http::Response> show_replies(api::Call& call) {
  const auto status = TRY(path_status(call));
  const std::string replies = status.uri + "/replies";
  if (call.params().text("page").value_or("") != "true") {
    return public_document(activitypub::render_first_page(replies, replies + "?page=true"));
  }
  const StatusId after{call.params().integer("min_id").value_or(0)};
  const auto ids = store::list_public_replies(call.tx(), status.id, after, kRepliesPage);
  CollectionPage result{.id = after ? with_cursor(replies, "min_id", after.value) : replies + "?page=true",
                        .part_of = replies,
                        .next = {},
                        .prev = {},
                        .ordered = false,
                        .items = {}};
  for (const model::Status& reply : store::load_status_bundle(call.tx(), ids).statuses) {
    result.items.push_back(activitypub::quoted(reply.uri));
  }
  if (ids.size() == kRepliesPage) result.next = with_cursor(replies, "min_id", ids.back().value);
  return public_document(activitypub::render_collection_page(result));
}

Result<http::Response> show_likes(api::Call& call) {
  const auto status = TRY(path_status(call));
  return public_document(activitypub::render_count(status.uri + "/likes", "Collection", status.favourites_count));
}

Result<http::Response> show_shares(api::Call& call) {
  const auto status = TRY(path_status(call));
  return public_document(activitypub::render_count(status.uri + "/shares", "Collection", status.reblogs_count));
}

}  // namespace dunlin::web
