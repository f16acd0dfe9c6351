#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/activitypub/parse.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/polls.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/store/custom_emojis.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::activitypub {

/// Finds the actors, statuses and keys that ids, handles and addresses stand for: in the database, else at their
/// origin, from where they are stored. Lives for one transaction of one request or job. What is on our own host is only
/// ever looked up, never fetched.
///
/// All Results: need_remote (fetch and run again), not_found, gone, forbidden (the origin refuses), remote_failed (may
/// work later), bad_request (what came is not acceptable as that id's document; federation.md 1.7).
class Resolver {
 public:
  Resolver(service::Environment& env, service::StatusService& statuses, db::Tx& tx, service::RemoteDocuments& documents)
      : env_(env), statuses_(statuses), tx_(tx), documents_(documents) {}

  /// `uri` is the actor's id, or another address for it on the same origin. Who acts is named by the id alone: where an
  /// actor's name gives it a say, actor_itself() is the one to call.
  Result<model::Account> actor(std::string_view uri);
  /// The actor whose id `uri` is: whoever stands at the end of a redirect has not said that it was them.
  Result<model::Account> actor_itself(std::string_view uri);
  /// Reads the actor's document again, however fresh the stored one is. A failed attempt counts as a visit, too.
  Result<model::Account> refresh(const model::Account& known);
  /// The same unless it was read within the last `age`.
  Result<model::Account> refresh_if_older(const model::Account& known, std::chrono::hours age);
  Result<model::Account> handle(std::string_view username, std::string_view domain);
  Result<model::Status> status(std::string_view uri);
  /// The same for what may be for the followers of `author` alone: where the instance is refused, it is asked for in
  /// the name of one of them who lives here. Only a status by `author` counts.
  Result<model::Status> status_as_follower(std::string_view uri, const model::Account& author);
  /// What a person pasted: an id, or the address of a page.
  Result<service::Federation::Resolved> url(std::string_view url);

  struct Key {
    model::AccountKey key;
    model::Account owner;
    bool was_known = false;  // false: fetched just now
  };
  /// The key that a signature names, and the actor that it speaks for (federation.md 2.7). A new actor is stored with
  /// its handle unconfirmed and fetched_at unset: the rest is left to a refresh outside of the request.
  Result<Key> key(std::string_view key_id);
  /// The same from the actor's document as it is now: after a signature failed with the known key.
  Result<Key> refreshed_key(const Key& known);

  /// The author that a note names: on the same origin as the note (federation.md 3.4, A3).
  Result<model::Account> author_of(const Note& note);
  /// The note as it would be stored, with its mentions. Errors: need_remote; bad_request when it cannot be a status
  /// here.
  Result<service::RemoteStatus> convert(const Note& note, const model::Account& author);
  /// What hangs on a status that was just stored or edited: poll, quote, emoji. Errors: need_remote.
  Result<void> attach_parts(const Note& note, const model::Status& status);
  /// What changes without an edit: the numbers of a poll, consent to a quote, claimed counts. Errors: need_remote.
  Result<void> take_numbers(const Note& note, const model::Status& status);
  /// Reads a remote status again and takes its numbers. Errors: need_remote.
  Result<void> refresh(const model::Status& known);
  /// An authorization (FEP-044f) says that `quoting` may show `quoted`. Errors: need_remote.
  Result<bool> is_authorized(const std::string& authorization, const std::string& quoting, const model::Status& quoted);
  /// The same, but says why it could not be asked.
  Result<bool> read_authorization(const std::string& authorization, const std::string& quoting,
                                  const model::Status& quoted);
  /// Fetches an object from its origin, believing what it says of itself only.
  Result<Object> fetch(std::string_view uri);
  /// The same in the name of somebody here who follows `author`. Errors: not_found also when nobody does.
  Result<Object> fetch_as_follower(std::string_view uri, const model::Account& author);
  /// What fetch() needs has come, or has failed to.
  [[nodiscard]] bool has_asked(std::string_view uri) const;
  /// Those of `to` and `cc` that are here, in one statement: local ones, and the instance's.
  std::vector<model::Account> own_accounts(const Audience& audience);

 private:
  struct Handle {
    std::string username;
    std::string domain;
  };
  enum class Binding { now, later };

  /// Not more strangers than one owner of a domain may send us to. Errors: remote_failed.
  Result<void> check_budget(std::string_view url);
  /// Any answer, within the budget. `sent_by`: the host whose word makes us ask, which may be another's doing.
  Result<const service::RemoteDocument*> answer(const std::string& url, service::RemoteKind kind,
                                                std::string_view sent_by);
  Result<model::Account> store_actor(const Actor& actor, Binding binding);
  /// `said_at`: when the document was written that names them.
  void receive_emojis(const model::Account& author, const std::vector<Emoji>& tags, Time said_at);
  /// nullopt: the domain denies the handle. Errors: need_remote; remote_failed when it could not be asked.
  Result<std::optional<Handle>> confirm_handle(const Actor& actor);
  Result<WebFinger> webfinger(std::string_view username, std::string_view domain, std::string_view sent_by);
  /// The domain's last word on a handle, after at most one hop.
  Result<WebFinger> final_webfinger(const std::string& username, const std::string& domain, std::string_view sent_by);
  Result<std::string> webfinger_by_host_meta(std::string_view username, std::string_view domain,
                                             std::string_view sent_by);
  Result<model::Status> store_status(const Note& note);
  Result<void> attach_quote(const Note& note, const model::Status& status);
  Result<model::Status> quoted_status(const std::string& uri);
  Result<Key> key_of_actor(const Object& document, std::string_view key_id, const PublicKey* standalone,
                           bool read_from_own_id);
  Result<service::Federation::Resolved> adopt(const Object& object);
  Result<std::string> document_behind_page(std::string_view url);
  std::optional<model::Account> known_account(std::string_view uri_or_url);
  Result<std::vector<model::Mention>> mentions_of(const Note& note, model::Visibility visibility);
  std::string scheme() const;

  service::Environment& env_;
  service::StatusService& statuses_;
  db::Tx& tx_;
  service::RemoteDocuments& documents_;
  int depth_ = 0;  // of quotes of quotes
};

/// A poll as services take it.
service::RemotePoll to_remote_poll(const Poll& poll, Time now);
/// Who may quote a note, in our terms; nullopt: its server does not say.
std::optional<model::QuotePolicy> quote_policy_of(const Note& note, const model::Account& author);

/// An emoji as it is stored; nullopt: its picture is not to be had safely. `said_at` as for Resolver::receive_emojis.
std::optional<store::ReceivedEmoji> received_emoji(service::Environment& env, const Emoji& tag, Time said_at);

}  // namespace dunlin::activitypub
