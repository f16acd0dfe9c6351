#include "render/parts.hpp"

#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/time_format.hpp"

#include <utility>

namespace dunlin::activitypub {

std::string render_time(Time time) {
  return format_iso8601(time);
}

void write_ids(json::Writer& writer, std::string_view name, const std::vector<std::string>& ids) {
  writer.key(name).begin_array();
  for (const std::string& id : ids) writer.value(id);
  writer.end_array();
}

Recipients recipients(model::Visibility visibility, const std::string& followers, std::vector<std::string> mentioned) {
  switch (visibility) {
    case model::Visibility::public_:
      mentioned.insert(mentioned.begin(), followers);
      return {.to = {std::string(kPublic)}, .cc = std::move(mentioned)};
    case model::Visibility::unlisted:
      mentioned.insert(mentioned.begin(), std::string(kPublic));
      return {.to = {followers}, .cc = std::move(mentioned)};
    case model::Visibility::private_:
      return {.to = {followers}, .cc = std::move(mentioned)};
    case model::Visibility::direct:
      break;
  }
  return {.to = std::move(mentioned), .cc = {}};
}

Recipients recipients(const NoteParts& note) {
  std::vector<std::string> mentioned;
  for (const model::Mention& mention : note.mentions) mentioned.push_back(mention.uri);
  return recipients(note.status.visibility, followers_uri(note.author), std::move(mentioned));
}

void write_recipients(json::Writer& writer, const Recipients& recipients) {
  write_ids(writer, "to", recipients.to);
  write_ids(writer, "cc", recipients.cc);
}

void write_embedded(json::Writer& writer, std::string_view name, const std::string& document, std::string_view id) {
  // Misskey refuses bodies above 64 KiB: what is longer goes out as its id, to be fetched.
  constexpr std::size_t kMaxEmbeddedBytes = 40UL * 1024UL;
  writer.key(name);
  if (document.size() > kMaxEmbeddedBytes) {
    writer.value(id);
  } else {
    writer.raw(document);
  }
}

std::string followers_uri(const model::Account& account) {
  return account.uri + "/followers";
}

std::string quoted(std::string_view text) {
  json::Writer writer;
  writer.value(text);
  return writer.take();
}

}  // namespace dunlin::activitypub
