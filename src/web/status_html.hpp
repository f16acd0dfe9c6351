#pragma once

#include "html.hpp"

#include "dunlin/api/call.hpp"
#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/store/statuses.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dunlin::web {

/// Why a status stands where it stands.
enum class Standing : std::uint8_t { listed, focus, pinned };
/// The statuses of a page as articles, with their custom emojis. Lives no longer than the call.
class StatusHtml {
 public:
  /// As everybody may see them.
  StatusHtml(api::Call& call, std::span<const StatusId> ids);

  [[nodiscard]] const store::StatusBundle& bundle() const { return bundle_; }
  /// One of the bundle (of a reblog: what it wraps); nothing when the bundle lacks its author or original.
  Html render(const model::Status& status, Standing standing = Standing::listed);

 private:
  void add_author(Html& out, const model::Account& author);
  void add_name(Html& out, const model::Account& account);
  void add_text(Html& out, std::string_view text, const model::Account& author);
  void add_body(Html& out, const model::Status& status, const model::Account& author);
  void add_poll(Html& out, const model::Poll& poll, const model::Account& author);
  void add_quote(Html& out, const store::QuoteView& quote);

  api::Call& call_;
  store::StatusBundle bundle_;
  api::entities::EmojiLookup emojis_;
};

/// The page of a status: ours, or on its author's server.
std::string status_link(const config::Config& config, const model::Status& status, const model::Account& author);
std::string avatar_of(const config::Config& config, const model::Account& account);
std::string name_of(const model::Account& account);

}  // namespace dunlin::web
