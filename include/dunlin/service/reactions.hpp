#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/reaction.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/notifications.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

inline constexpr std::int64_t kMaxReactionsOfAccount = 20;  // on one status

/// A reaction from elsewhere, parsed: an emoji, or a custom one with its picture.
struct RemoteReaction {
  std::string name;                  // an emoji, or `shortcode@domain`
  std::optional<std::string> url{};  // https, of a custom emoji
  std::optional<std::string> static_url{};
  std::optional<std::string> uri{};
  bool replaces = false;  // that server allows one for each status: it takes the place of the earlier ones
};

class ReactionService {
 public:
  ReactionService(Environment& env, NotificationService& notifications) : env_(env), notifications_(notifications) {}

  /// `emoji`: an emoji, or the shortcode of a custom one of this instance, or one that the status has already
  /// (`shortcode@domain`), with or without colons. Repeating changes nothing. Errors: not_found, invalid.
  Result<model::Status> react(db::Tx& tx, const model::Account& who, StatusId id, std::string_view emoji);
  /// Also where the status has become invisible since. Errors: not_found.
  Result<model::Status> unreact(db::Tx& tx, const model::Account& who, StatusId id, std::string_view emoji);

  /// An EmojiReact, or a Like with content. false: known already, refused, or no reaction at all (then it is a plain
  /// Like).
  bool receive(db::Tx& tx, const model::Account& who, const model::Status& target, RemoteReaction remote);
  void receive_undo(db::Tx& tx, const model::Reaction& reaction, const model::Status& target);

 private:
  void tell_change(db::Tx& tx, const model::Status& status);
  void withdraw_notification(db::Tx& tx, AccountId who, const model::Status& status);
  Environment& env_;
  NotificationService& notifications_;
};

}  // namespace dunlin::service
