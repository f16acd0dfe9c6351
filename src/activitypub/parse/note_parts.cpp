#include "parse/fields.hpp"
#include "parse/readers.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/sanitize.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

/// What hangs on a status: emoji, poll, quote, collections.
namespace dunlin::activitypub {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxTags = 1000;
constexpr std::size_t kMaxEmojis = 100;
constexpr std::size_t kMaxShortcodeBytes = 2048;
constexpr std::size_t kMaxMediaTypeBytes = 128;
constexpr std::size_t kMaxOptions = 500;
constexpr std::size_t kShownOptions = 100;
constexpr std::size_t kMaxOptionBytes = 10'000;
constexpr std::size_t kMaxOptionCharacters = 500;
constexpr std::size_t kMaxItems = 200;
constexpr std::size_t kMaxHashtags = 50;  // of a profile
constexpr std::size_t kMaxHashtagBytes = 1024;
constexpr std::size_t kMaxApprovals = 256;

std::string first_type(const json& object) {
  const auto types = fields::types(object);
  return types.empty() ? std::string() : types.front();
}

bool is_shortcode(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
           c == '-';
  };
  return !name.empty() && name.size() <= kMaxShortcodeBytes && std::ranges::all_of(name, allowed);
}

std::string media_type_of(const json& object) {
  return text::to_lower_ascii(fields::text(object, "mediaType", kMaxMediaTypeBytes));
}

}  // namespace

std::vector<Emoji> read_emojis(const json& object) {
  std::vector<Emoji> result;
  for (const json* tag : fields::items(object, "tag", kMaxTags)) {
    if (!tag->is_object() || result.size() >= kMaxEmojis) continue;
    const auto type = first_type(*tag);
    if (type != "Emoji" && type != "toot:Emoji") continue;
    // ":name:", or ":name@host:" of a third server.
    auto name = fields::text(*tag, "name", kMaxShortcodeBytes);
    std::erase(name, ':');
    name.resize(std::min(name.size(), name.find('@')));
    std::string url;
    for (const json* icon : fields::items(*tag, "icon", 1)) {
      url = icon->is_object() ? fields::page_url(*icon, "url") : fields::id_of(*icon);
    }
    const bool known = std::ranges::find(result, name, &Emoji::shortcode) != result.end();
    if (!is_shortcode(name) || url.empty() || known) continue;
    result.push_back({.shortcode = std::move(name), .url = std::move(url), .updated = fields::time(*tag, "updated")});
  }
  return result;
}

std::optional<Poll> read_poll(const json& object) {
  Poll poll;
  const char* property = fields::find(object, "anyOf") != nullptr ? "anyOf" : "oneOf";
  const auto options = fields::items(object, property, kMaxOptions + 1);
  if (first_type(object) != "Question" || options.empty() || options.size() > kMaxOptions) return std::nullopt;
  poll.multiple = std::string_view(property) == "anyOf";
  for (const json* option : options) {
    if (!option->is_object() || poll.options.size() >= kShownOptions) continue;
    auto name = fields::text(*option, "name", kMaxOptionBytes);
    if (name.empty()) name = fields::text(*option, "content", kMaxOptionBytes);
    // Plain text: what looks like a tag in it is none. Its server knows a vote by the very same name.
    const auto line = html::clean_line(html::decode_entities(name));
    auto shown = std::string(text::truncate_graphemes(line, kMaxOptionCharacters));
    const bool known = std::ranges::find(poll.options, name, &Poll::Option::name) != poll.options.end();
    if (shown.empty() || known) continue;
    poll.options.push_back({.name = std::move(name),
                            .shown = std::move(shown),
                            .votes = std::max<std::int64_t>(0, read_total(*option, "replies").value_or(0))});
  }
  if (poll.options.empty()) return std::nullopt;
  poll.ends_at = fields::time(object, "endTime");
  // A date, or only the fact.
  const auto closed_at = fields::time(object, "closed");
  poll.closed = closed_at.has_value() || fields::flag(object, "closed");
  if (closed_at && !poll.ends_at) poll.ends_at = closed_at;
  poll.voters = fields::integer(object, "votersCount");
  if (poll.voters && *poll.voters < 0) poll.voters.reset();
  return poll;
}

std::optional<Quote> read_quote(const json& object) {
  // BookWyrm's `quote` is the text of a book: no URL, and so no id.
  if (auto id = fields::id(object, "quote"); !id.empty()) {
    return Quote{.id = std::move(id), .asks_consent = true, .authorization = fields::id(object, "quoteAuthorization")};
  }
  for (const char* name : {"quoteUrl", "_misskey_quote", "quoteUri"}) {
    if (auto id = fields::id(object, name); !id.empty()) {
      return Quote{.id = std::move(id), .asks_consent = false, .authorization = {}};
    }
  }
  for (const json* tag : fields::items(object, "tag", kMaxTags)) {  // FEP-e232
    if (!tag->is_object() || first_type(*tag) != "Link") continue;
    const auto type = media_type_of(*tag);
    const bool is_document = type.starts_with("application/activity+json") || type.starts_with("application/ld+json");
    const bool is_quote = fields::text(*tag, "rel", 512).ends_with("_misskey_quote") ||
                          fields::text(*tag, "name", 512).starts_with("RE: ");
    auto href = fields::id(*tag, "href");
    if (is_document && is_quote && !href.empty()) {
      return Quote{.id = std::move(href), .asks_consent = false, .authorization = {}};
    }
  }
  return std::nullopt;
}

std::optional<QuotePolicy> read_quote_policy(const json& object) {
  const json* policy = fields::find(object, "interactionPolicy");
  const json* rule = policy != nullptr && policy->is_object() ? fields::find(*policy, "canQuote") : nullptr;
  if (rule == nullptr || !rule->is_object()) return std::nullopt;
  QuotePolicy result;
  for (const char* name : {"automaticApproval", "always"}) {
    for (auto& id : fields::ids(*rule, name, kMaxApprovals)) result.automatic.push_back(std::move(id));
  }
  for (const char* name : {"manualApproval", "approvalRequired"}) {
    for (auto& id : fields::ids(*rule, name, kMaxApprovals)) result.manual.push_back(std::move(id));
  }
  return result;
}

std::optional<std::int64_t> read_total(const json& object, const char* name) {
  const json* collection = fields::find(object, name);
  if (collection == nullptr || !collection->is_object()) return std::nullopt;
  const auto total = fields::integer(*collection, "totalItems");
  return total && *total >= 0 ? total : std::nullopt;
}

Collection read_collection(const json& object) {
  Collection result;
  result.first = fields::id(object, "first");
  result.next = fields::id(object, "next");
  result.attributed_to = fields::id(object, "attributedTo");
  if (const auto total = fields::integer(object, "totalItems"); total && *total >= 0) result.total = total;
  const auto add_items = [&](const json& from) {
    for (const char* name : {"orderedItems", "items"}) {
      for (const json* item : fields::items(from, name, kMaxItems)) {
        // Of an outbox: what was created, not what was passed on.
        if (item->is_object() && first_type(*item) == "Hashtag") {
          if (result.hashtags.size() < kMaxHashtags)
            result.hashtags.push_back(fields::text(*item, "name", kMaxHashtagBytes));
          continue;
        }
        const bool is_create = item->is_object() && first_type(*item) == "Create";
        if (item->is_object() && !is_create && activity_type(first_type(*item))) continue;
        auto id = is_create ? fields::id(*item, "object") : fields::id_of(*item);
        if (!id.empty()) result.items.push_back(std::move(id));
      }
    }
  };
  add_items(object);
  if (const json* first = fields::find(object, "first"); first != nullptr && first->is_object()) {
    add_items(*first);
    result.first.clear();
    if (result.next.empty()) result.next = fields::id(*first, "next");
  }
  return result;
}

}  // namespace dunlin::activitypub
