#include "own_change.hpp"

namespace dunlin::api {

namespace {

std::optional<std::vector<service::ProfileChange::FieldText>> read_fields(const http::Params& params) {
  if (!params.has("fields_attributes")) return std::nullopt;
  std::vector<service::ProfileChange::FieldText> fields;
  for (const auto& field : params.objects("fields_attributes")) {
    fields.push_back({field.text("name").value_or(""), field.text("value").value_or("")});
  }
  return fields;
}

}  // namespace

service::ProfileChange read_profile_change(const http::Params& params) {
  service::ProfileChange change;
  change.display_name = params.text("display_name");
  change.note = params.text("note");
  change.locked = params.boolean("locked");
  change.bot = params.boolean("bot");
  change.discoverable = params.boolean("discoverable");
  change.indexable = params.boolean("indexable");
  change.hide_collections = params.boolean("hide_collections");
  change.fields = read_fields(params);
  if (params.has("attribution_domains")) change.attribution_domains = params.list("attribution_domains");
  change.avatar_description = params.text("avatar_description");
  change.header_description = params.text("header_description");
  change.show_media = params.boolean("show_media");
  change.show_media_replies = params.boolean("show_media_replies");
  change.show_featured = params.boolean("show_featured");
  return change;
}

}  // namespace dunlin::api
