#pragma once

#include "dunlin/activitypub/render.hpp"
#include "dunlin/base/clock.hpp"
#include "dunlin/json/writer.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Pieces that several documents share.
namespace dunlin::activitypub {

/// `2026-11-21T19:00:00.123Z`: with milliseconds, so that posts and edits of one second keep their order elsewhere.
std::string render_time(Time time);
void write_ids(json::Writer& writer, std::string_view name, const std::vector<std::string>& ids);

struct Recipients {
  std::vector<std::string> to;
  std::vector<std::string> cc;
};
/// federation.md 4.8. `mentioned`: actor ids.
Recipients recipients(model::Visibility visibility, const std::string& followers, std::vector<std::string> mentioned);
Recipients recipients(const NoteParts& note);
void write_recipients(json::Writer& writer, const Recipients& recipients);
/// The document itself, or its id when it is long.
void write_embedded(json::Writer& writer, std::string_view name, const std::string& document, std::string_view id);
/// A custom emoji of ours among the tags.
void write_emoji_tag(json::Writer& writer, const config::Config& config, const store::CustomEmoji& emoji);
/// The parts of a Question.
void write_poll(json::Writer& writer, const model::Poll& poll, Time now);
/// A quote under every name that is read, and as an object link (FEP-e232) among the tags.
void write_quote(json::Writer& writer, const QuoteParts& quote);
void write_quote_tag(json::Writer& writer, const QuoteParts& quote);
void write_quote_policy(json::Writer& writer, const model::QuotePolicy& policy, const model::Account& author);
/// A local actor's followers collection.
std::string followers_uri(const model::Account& account);

}  // namespace dunlin::activitypub
