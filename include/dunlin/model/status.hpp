#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::model {

/// From widest to narrowest; stored as numbers.
enum class Visibility : std::uint8_t { public_ = 0, unlisted = 1, private_ = 2, direct = 3 };
/// "public", "unlisted", "private", "direct".
std::string_view to_string(Visibility visibility);
std::optional<Visibility> parse_visibility(std::string_view text);

struct Mention {
  AccountId account_id;
  std::string username;
  std::optional<std::string> domain;
  std::string uri;
  std::string url;
  bool silent = false;

  [[nodiscard]] std::string acct() const { return domain ? username + "@" + *domain : username; }
};

/// Bits of Status::parts, append-only: each names what is kept in a table of its own, so that a page asks only those
/// tables that have something for it. A bit may stand though nothing is there (any more), never the other way round.
/// `untold` has no table: the status was fetched, and nobody here was told of it so far.
enum class Part : std::uint16_t { media = 1, poll = 2, card = 4, quote = 8, reactions = 16, untold = 32 };

/// What a local author writes in; stored as numbers.
enum class ContentType : std::uint8_t { plain = 0, markdown = 1, html = 2 };
/// "text/plain", "text/markdown", "text/html".
std::string_view to_string(ContentType type);
std::optional<ContentType> parse_content_type(std::string_view text);

/// Whose quotes of a status need no approval, and whose are put before its author: sets of Group.
struct QuotePolicy {
  enum Group : std::uint8_t { public_ = 1, followers = 2, following = 4, unsupported = 8 };
  std::uint8_t automatic = 0;
  std::uint8_t manual = 0;

  friend bool operator==(const QuotePolicy&, const QuotePolicy&) = default;
  /// As it is stored.
  [[nodiscard]] std::int16_t packed() const { return static_cast<std::int16_t>(automatic | (manual << 8)); }
  static QuotePolicy unpack(int packed) {
    return {static_cast<std::uint8_t>(packed & 0xff), static_cast<std::uint8_t>((packed >> 8) & 0xff)};
  }
};

/// As clients choose it: "public", "followers", "nobody".
std::optional<QuotePolicy> parse_quote_policy(std::string_view text);
std::string_view to_string(const QuotePolicy& policy);

/// A post, or the wrapper of a reblog (reblog_of_id).
struct Status {
  StatusId id;
  std::string uri;
  std::optional<std::string> url;
  AccountId account_id;
  bool local = true;
  std::string content;  // HTML, sanitised
  std::string source;   // what a local author typed
  std::string spoiler_text;
  bool sensitive = false;
  std::optional<std::string> language;
  Visibility visibility = Visibility::public_;
  std::optional<StatusId> in_reply_to_id;
  std::optional<AccountId> in_reply_to_account_id;
  std::optional<std::string> in_reply_to_uri;
  std::optional<StatusId> reblog_of_id;
  std::optional<ConversationId> conversation_id;
  std::optional<ApplicationId> application_id;
  std::vector<std::string> tags;                  // as displayed, without '#'
  std::uint16_t parts = 0;                        // of Part
  ContentType content_type = ContentType::plain;  // of source
  bool local_only = false;                        // never leaves this server
  std::optional<Time> expires_at{};               // deletes itself then
  std::optional<QuotePolicy> quote_policy{};      // nullopt: its server does not say
  Time created_at{};
  std::optional<Time> edited_at;
  std::optional<Time> deleted_at;
  std::int64_t replies_count = 0;
  std::int64_t reblogs_count = 0;
  std::int64_t favourites_count = 0;
  std::int64_t quotes_count = 0;  // accepted ones

  [[nodiscard]] bool is_reblog() const { return reblog_of_id.has_value(); }
  [[nodiscard]] bool has(Part part) const { return (parts & static_cast<std::uint16_t>(part)) != 0; }
  void set(Part part) { parts = static_cast<std::uint16_t>(parts | static_cast<std::uint16_t>(part)); }
  [[nodiscard]] bool is_distributable() const {
    return visibility == Visibility::public_ || visibility == Visibility::unlisted;
  }
};

}  // namespace dunlin::model
