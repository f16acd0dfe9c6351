#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/model/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What other servers send, normalised once (federation.md 3.2): one shape for each thing, whatever its sender's
/// habits. Every text is valid UTF-8 without NUL and within the limits of 3.11, HTML is sanitised; every id is an
/// absolute http(s) URL or "". Nothing here is proven: who may say what is decided by the callers.
namespace dunlin::activitypub {

/// to, and cc with `audience` in it. Public stands as kPublic. bto and bcc are not read.
struct Audience {
  std::vector<std::string> to;
  std::vector<std::string> cc;
  bool direct_message = false;  // litepub: direct, whatever the lists say
  bool local_only = false;      // Akkoma's https://host/#Public: was never meant to leave its server

  [[nodiscard]] bool includes(std::string_view id) const;
  /// federation.md 4.8 read backwards. An unknown collection does not widen anything.
  [[nodiscard]] model::Visibility visibility(std::string_view followers_url) const;
};

struct PublicKey {
  std::string id;
  std::string owner;
  std::string pem;
  model::KeyAlgorithm algorithm = model::KeyAlgorithm::rsa;
  std::optional<Time> ends_at{};  // by `expires` or `revoked`, whichever is first
  bool asserts = false;           // it proves what its owner says (assertionMethod)
};

/// A custom emoji that a text uses.
struct Emoji {
  std::string shortcode;  // without colons
  std::string url;        // of its picture
  std::optional<Time> updated;
};

struct Poll {
  struct Option {
    std::string name;   // as it was sent
    std::string shown;  // plain text of one line
    std::int64_t votes = 0;
  };
  std::vector<Option> options;
  bool multiple = false;
  std::optional<Time> ends_at;
  bool closed = false;
  std::optional<std::int64_t> voters;
};

/// Which status another one quotes, and how it says so (federation.md 3.7).
struct Quote {
  std::string id;
  bool asks_consent = false;  // FEP-044f: needs an authorization; else one of the older properties
  std::string authorization;  // "" = none
};

/// Who may quote (FEP-044f): the ids of `automaticApproval` and `manualApproval`.
struct QuotePolicy {
  std::vector<std::string> automatic;
  std::vector<std::string> manual;
};

struct Actor {
  std::string id;
  model::ActorType type = model::ActorType::person;
  std::string preferred_username;
  std::string webfinger;  // FEP-2c59, without "acct:"
  std::string name;       // plain text
  std::string summary;    // HTML
  std::string url;
  std::string inbox;         // "" in a stub that only shows its keys
  std::string shared_inbox;  // as are the collections: "" unless on the origin of the id
  std::string outbox;
  std::string followers;
  std::string following;
  std::string featured;
  std::vector<PublicKey> keys;
  bool manually_approves_followers = false;
  bool discoverable = false;
  bool indexable = false;
  bool memorial = false;
  std::string icon_url;
  std::string image_url;
  std::vector<model::ProfileField> fields;
  std::vector<std::string> also_known_as;
  std::vector<std::string> attribution_domains;  // as hosts are stored
  std::string moved_to;
  std::string featured_tags;
  bool suspended = false;      // says its own server
  bool reads_rfc9421 = false;  // FEP-844e: its software says that it verifies such signatures
  std::vector<Emoji> emojis;
  std::optional<Time> published;
  std::optional<Time> updated;
};

/// A file to be shown with a status.
struct Attachment {
  std::string url;
  model::MediaType type = model::MediaType::unknown;
  std::string content_type;
  std::string description;  // plain text
  model::FocalPoint focus;
  std::string blurhash;
  int width = 0;  // 0 = not said
  int height = 0;
  double duration = 0;  // seconds
};

/// Anything that is shown as a status: Note, Question, Article, Page, Video, ...
struct Note {
  std::string id;
  std::string type;
  std::string attributed_to;            // the first Person in it, else the first id; "" when absent
  bool author_is_person = false;        // said so by an object with a type (PeerTube)
  std::vector<std::string> co_authors;  // its further ids
  std::string url;
  std::string content;       // HTML: title, text and links to what is attached and no file
  std::string spoiler_text;  // plain text
  bool sensitive = false;
  std::optional<std::string> language;
  std::string in_reply_to;
  std::string conversation;  // may be no URL (tag:, ...)
  std::optional<Time> published;
  std::optional<Time> updated;
  Audience audience;
  std::vector<std::string> mentions;  // the href of each Mention: an actor id, or a profile's address
  std::vector<std::string> hashtags;  // without '#', as written
  bool is_private_message = false;    // ChatMessage and the like
  bool is_vote = false;               // a name without content in reply to something: an answer to a poll
  std::string name;                   // as it was sent: the title, or what is voted for
  std::vector<Emoji> emojis;
  std::optional<Poll> poll;
  std::optional<Quote> quote;
  std::optional<QuotePolicy> quote_policy;
  std::optional<std::int64_t> likes;  // totals that the origin claims
  std::optional<std::int64_t> shares;
  std::optional<std::int64_t> replies_total;
  std::string replies;                     // the collection, on the note's origin
  std::vector<std::string> first_replies;  // those of its first page that are embedded
  std::vector<Attachment> attachments;
};

enum class ActivityType : std::uint8_t {
  accept,
  add,
  announce,
  block,
  create,
  delete_,
  dislike,
  emoji_react,
  flag,
  follow,
  like,
  move,
  quote_request,
  reject,
  remove,
  undo,
  update,
  other,
};

/// A collection or a page of one.
struct Collection {
  std::string first;                  // the first page's id, unless that page is embedded
  std::string next;                   // of a page
  std::vector<std::string> items;     // ids, of an embedded first page as well
  std::vector<std::string> hashtags;  // names of those among the items: they have no ids
  std::optional<std::int64_t> total;
  std::string attributed_to;
};

/// The quoted author's word that a quote may be shown (FEP-044f).
struct QuoteAuthorization {
  std::string attributed_to;
  std::string interacting_object;  // the quoting status
  std::string interaction_target;  // the quoted one
};

struct Object;

struct Activity {
  std::string id;  // "" when the sender gave none
  ActivityType type = ActivityType::other;
  std::string type_name;
  std::string actor;
  std::vector<Object> objects;  // nearly always one
  std::string target;
  std::string content;  // of a reaction, a report: plain text
  std::string result;   // of an Accept: an authorization
  std::vector<Emoji> emojis;
  std::vector<Object> instruments;  // nearly always none
  Audience audience;
  std::optional<Time> published;
  bool carries_proof = false;  // has a proof or a signature inside, good or bad: third parties may believe it

  /// The first object's id; "" without one.
  [[nodiscard]] const std::string& object_id() const;
};

/// A reference, or a thing with its content: at most one of the members is there. A Tombstone has none of them.
struct Object {
  std::string id;
  std::string type;  // "" for a bare id
  std::optional<Actor> actor;
  std::optional<Note> note;
  std::optional<Activity> activity;
  std::optional<PublicKey> key;  // a key that is served as a document of its own
  std::optional<Collection> collection;
  std::optional<QuoteAuthorization> authorization;
  std::string name;  // of a Hashtag

  [[nodiscard]] bool is_bare() const { return type.empty(); }
};

}  // namespace dunlin::activitypub
