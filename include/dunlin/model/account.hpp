#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/model/role.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::model {

/// Append-only: stored as numbers.
enum class ActorType : std::uint8_t { person = 0, service = 1, application = 2, group = 3, organization = 4 };

struct ProfileField {
  std::string name;
  std::string value;   // HTML, sanitised
  std::string source;  // what a local user typed; "" for remote
  std::optional<Time> verified_at;
};

/// The row of the instance actor: created at migration time of a new instance, owner of the key that signs fetches.
inline constexpr AccountId kInstanceActorId{1};

/// A local or remote profile.
struct Account {
  AccountId id;
  std::string username;
  std::optional<std::string> domain;  // nullopt: local
  std::string uri;                    // ActivityPub id
  std::string url;                    // for people to open
  ActorType actor_type = ActorType::person;
  std::string display_name;
  std::string note;         // HTML
  std::string note_source;  // plain; local only
  std::vector<ProfileField> fields;
  bool locked = false;
  bool discoverable = false;
  bool indexable = false;
  bool hide_collections = false;
  bool memorial = false;
  bool handle_verified = true;
  // What its server names, or the key of our own file; "" = the default picture. Shown by service/media_urls.hpp.
  std::string avatar_url;
  std::string header_url;
  std::string inbox_url;
  std::string shared_inbox_url;  // "" = none
  std::string outbox_url;
  std::string followers_url;
  std::string following_url;
  std::string featured_url;
  std::vector<std::string> also_known_as;
  std::optional<AccountId> moved_to_id;
  std::optional<Time> suspended_at;
  std::optional<Time> silenced_at;
  std::vector<std::string> attribution_domains;  // sites that may name the account as their author
  std::string avatar_description;                // in words
  std::string header_description;
  bool show_media = true;  // tabs of the profile
  bool show_media_replies = true;
  bool show_featured = true;
  Role role = Role::user;          // of the login of a local account: read only
  std::optional<Time> deleted_at;  // local: a husk that keeps its keys until its Delete has been sent
  Time created_at{};
  Time updated_at{};
  std::optional<Time> fetched_at;
  std::int64_t statuses_count = 0;
  std::int64_t followers_count = 0;
  std::int64_t following_count = 0;
  std::optional<Time> last_status_at;

  [[nodiscard]] bool is_local() const { return !domain.has_value(); }
  [[nodiscard]] bool is_bot() const { return actor_type == ActorType::service || actor_type == ActorType::application; }
  [[nodiscard]] std::string acct() const { return domain ? username + "@" + *domain : username; }
  /// Where activities for this account go when many of its host get them.
  [[nodiscard]] const std::string& preferred_inbox() const {
    return shared_inbox_url.empty() ? inbox_url : shared_inbox_url;
  }
};

enum class KeyAlgorithm : std::uint8_t { rsa = 0, ed25519 = 1 };

struct AccountKey {
  std::string key_id;
  AccountId account_id;
  KeyAlgorithm algorithm = KeyAlgorithm::rsa;
  std::string public_pem;
  std::optional<std::string> private_pem;  // local only
  std::optional<Time> fetched_at;
  std::optional<Time> expires_at{};  // remote: it counts until then
  bool asserts = false;              // remote: a proof by it counts
  std::optional<Time> main_from{};   // local, rotated: since when the actor names it before the older ones
};

}  // namespace dunlin::model
