#include "render/context.hpp"

#include "dunlin/activitypub/render.hpp"
#include "dunlin/json/writer.hpp"

#include <string>

namespace dunlin::activitypub {

std::string render_count(std::string_view id, std::string_view type, std::int64_t total) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kPlainContext);
  writer.field("id", id).field("type", type).field("totalItems", total).end_object();
  return writer.take();
}

std::string render_hidden_collection(std::string_view id, std::string_view type) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kPlainContext);
  writer.field("id", id).field("type", type).end_object();
  return writer.take();
}

std::string render_context(std::string_view id, std::string_view owner, std::string_view first) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kPlainContext);
  writer.field("id", id).field("type", "OrderedCollection").field("attributedTo", owner).field("first", first);
  writer.end_object();
  return writer.take();
}

std::string render_whole_collection(std::string_view id, const std::vector<std::string>& items) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kFullContext);
  writer.field("id", id).field("type", "OrderedCollection").field("totalItems", items.size());
  writer.key("orderedItems").begin_array();
  for (const std::string& item : items) writer.raw(item);
  writer.end_array().end_object();
  return writer.take();
}

std::string render_paged_collection(std::string_view id, std::int64_t total, std::string_view first,
                                    std::string_view last) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kPlainContext);
  writer.field("id", id).field("type", "OrderedCollection").field("totalItems", total).field("first", first);
  if (!last.empty()) writer.field("last", last);
  writer.end_object();
  return writer.take();
}

std::string render_first_page(std::string_view id, std::string_view first) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kPlainContext);
  writer.field("id", id).field("type", "Collection").field("first", first).end_object();
  return writer.take();
}

std::string render_collection_page(const CollectionPage& page) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kFullContext);
  writer.field("id", page.id).field("type", page.ordered ? "OrderedCollectionPage" : "CollectionPage");
  writer.field("partOf", page.part_of);
  if (!page.next.empty()) writer.field("next", page.next);
  if (!page.prev.empty()) writer.field("prev", page.prev);
  writer.key(page.ordered ? "orderedItems" : "items").begin_array();
  for (const std::string& item : page.items) writer.raw(item);
  writer.end_array().end_object();
  return writer.take();
}

}  // namespace dunlin::activitypub
