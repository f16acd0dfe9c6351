#include "dunlin/api/entities/collection.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/service/collection_urls.hpp"
#include "dunlin/service/uris.hpp"

#include <algorithm>
#include <string_view>

namespace dunlin::api::entities {

using model::CollectionItemState;

namespace {

std::string_view to_string(CollectionItemState state) {
  switch (state) {
    case CollectionItemState::pending:
      return "pending";
    case CollectionItemState::accepted:
      return "accepted";
    case CollectionItemState::rejected:
      return "rejected";
    case CollectionItemState::revoked:
      break;
  }
  return "revoked";
}

bool is_accepted(const model::CollectionItem& item) {
  return item.state == CollectionItemState::accepted;
}

}  // namespace

void render_collection_item(json::Writer& out, const model::CollectionItem& item) {
  out.begin_object();
  out.field("id", item.id);
  out.field("state", to_string(item.state));
  out.field("created_at", item.created_at);
  if (item.names_account()) out.field("account_id", item.account_id);
  out.end_object();
}

void render_collection(json::Writer& out, const config::Config& config, const model::Collection& collection,
                       std::optional<AccountId> viewer) {
  out.begin_object();
  out.field("id", collection.id);
  out.field("account_id", collection.account_id);
  out.field("uri", collection.uri);
  out.field("url", service::collection_url(config, collection.id));
  out.field("name", collection.name);
  out.field("description", collection.description);
  out.field("language", collection.language);
  out.field("local", true);
  out.field("sensitive", collection.sensitive);
  out.field("discoverable", collection.discoverable);
  out.key("tag");
  if (collection.tag_name) {
    out.begin_object();
    out.field("name", *collection.tag_name);
    out.field("url", service::uris::tag_page(config, text::fold_hashtag(*collection.tag_name)));
    out.end_object();
  } else {
    out.value(nullptr);
  }
  out.field("created_at", collection.created_at);
  out.field("updated_at", collection.updated_at);
  out.field("item_count", std::ranges::count_if(collection.items, is_accepted));
  out.key("items").begin_array();
  for (const auto& item : collection.items) {
    if (viewer == collection.account_id || is_accepted(item)) render_collection_item(out, item);
  }
  out.end_array();
  out.end_object();
}

}  // namespace dunlin::api::entities
