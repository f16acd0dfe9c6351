#include "account_rows.hpp"

#include "dunlin/json/parse.hpp"
#include "dunlin/json/writer.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace dunlin::store {
namespace {

// verified_at is kept in milliseconds: written and read here only.
std::vector<model::ProfileField> read_profile_fields(std::string_view text) {
  std::vector<model::ProfileField> fields;
  if (text == "[]") return fields;
  const auto document = json::parse(text);
  if (!document || !document->is_array()) throw std::logic_error("accounts.fields is not a JSON array");
  for (const auto& entry : *document) {
    model::ProfileField field{.name = entry.at("name").get<std::string>(),
                              .value = entry.at("value").get<std::string>(),
                              .source = entry.at("source").get<std::string>(),
                              .verified_at = std::nullopt};
    if (const auto& at = entry.at("verified_at"); !at.is_null())
      field.verified_at = Time(std::chrono::milliseconds(at.get<std::int64_t>()));
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace

std::string write_profile_fields(const std::vector<model::ProfileField>& fields) {
  json::Writer out;
  out.begin_array();
  for (const auto& field : fields) {
    out.begin_object().field("name", field.name).field("value", field.value).field("source", field.source);
    out.key("verified_at");
    if (field.verified_at) {
      out.value(field.verified_at->time_since_epoch().count());
    } else {
      out.value(nullptr);
    }
    out.end_object();
  }
  out.end_array();
  return out.take();
}

model::Account read_account(const db::Row& row, int first) {
  int c = first;
  model::Account a;
  a.id = row.id<AccountId>(c++);
  a.username = row.text(c++);
  a.domain = row.opt_text(c++);
  a.uri = row.text(c++);
  a.url = row.text(c++);
  a.actor_type = static_cast<model::ActorType>(row.i32(c++));
  a.display_name = row.text(c++);
  a.note = row.text(c++);
  a.note_source = row.text(c++);
  a.fields = read_profile_fields(row.text(c++));
  a.locked = row.boolean(c++);
  a.discoverable = row.boolean(c++);
  a.indexable = row.boolean(c++);
  a.hide_collections = row.boolean(c++);
  a.memorial = row.boolean(c++);
  a.handle_verified = row.boolean(c++);
  a.avatar_url = row.text(c++);
  a.header_url = row.text(c++);
  a.inbox_url = row.text(c++);
  a.shared_inbox_url = row.text(c++);
  a.outbox_url = row.text(c++);
  a.followers_url = row.text(c++);
  a.following_url = row.text(c++);
  a.featured_url = row.text(c++);
  a.also_known_as = row.texts(c++);
  a.moved_to_id = row.opt_id<AccountId>(c++);
  a.suspended_at = row.opt_time(c++);
  a.silenced_at = row.opt_time(c++);
  a.created_at = row.time(c++);
  a.updated_at = row.time(c++);
  a.fetched_at = row.opt_time(c++);
  a.attribution_domains = row.texts(c++);
  a.avatar_description = row.text(c++);
  a.header_description = row.text(c++);
  a.show_media = row.boolean(c++);
  a.show_media_replies = row.boolean(c++);
  a.show_featured = row.boolean(c++);
  a.role = static_cast<model::Role>(row.i32(c++));
  a.deleted_at = row.opt_time(c++);
  a.statuses_count = row.i64(c++);
  a.followers_count = row.i64(c++);
  a.following_count = row.i64(c++);
  a.last_status_at = row.opt_time(c++);
  return a;
}

}  // namespace dunlin::store
