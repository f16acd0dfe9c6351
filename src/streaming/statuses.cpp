// Statuses on their way to those who may read them.
#include "dunlin/store/statuses.hpp"

#include "handlers.hpp"

#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/base/hashtags.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/filter_matcher.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/feeds.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace dunlin::streaming {

namespace events = service::events;
using model::Visibility;
using store::FeedStatus;
using Subscriptions = std::vector<Subscription>;

namespace {

// As Mastodon: what was published longer ago is history that was fetched, not news.
constexpr std::chrono::hours kNews{6};
constexpr int kMaxChildren = 100;

void append(Subscriptions& to, Subscriptions more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Channel> public_channels(bool local, bool with_media) {
  std::vector<Channel> channels{Channel::public_, local ? Channel::public_local : Channel::public_remote};
  if (with_media) {
    channels.push_back(Channel::public_media);
    channels.push_back(local ? Channel::public_local_media : Channel::public_remote_media);
  }
  return channels;
}

/// Who listens to the timelines of the whole instance.
Subscriptions instance_listeners(Hub& hub, bool local, std::uint16_t parts) {
  const bool with_media = (parts & static_cast<std::uint16_t>(model::Part::media)) != 0;
  Subscriptions out;
  for (const auto channel : public_channels(local, with_media)) append(out, hub.of_channel(channel));
  return out;
}

Subscriptions tag_listeners(Hub& hub, bool local, const std::vector<std::string>& folded_tags) {
  Subscriptions out;
  for (const auto& tag : folded_tags) {
    append(out, hub.of_tag(Channel::hashtag, tag));
    if (local) append(out, hub.of_tag(Channel::hashtag_local, tag));
  }
  return out;
}

/// Those of them who want this author.
Subscriptions public_readers(Publication& to, const FeedStatus& status) {
  if (status.visibility != Visibility::public_ || status.original) return {};
  auto listeners = tag_listeners(to.hub, status.local, status.tags);
  // As in the timelines of the instance: no replies to others.
  const bool answers_others = status.is_reply && status.in_reply_to_account != status.author;
  if (!answers_others) append(listeners, instance_listeners(to.hub, status.local, status.parts));
  std::erase_if(listeners, [&](const Subscription& one) {
    const auto reader = to.feeds.reader(one.listener->identity().account);
    return !reader || !feed::lists(*reader, status);
  });
  return listeners;
}

Subscriptions home_listeners(Hub& hub, const std::vector<AccountId>& readers) {
  Subscriptions out;
  for (const auto id : readers) append(out, hub.of_account(Channel::user, id));
  return out;
}

Subscriptions list_listeners(Hub& hub, const std::vector<model::ListId>& lists) {
  Subscriptions out;
  for (const auto id : lists) append(out, hub.of_list(id.str()));
  return out;
}

/// All who get it now: at home, in lists, where everybody may.
Subscriptions listeners_of(Publication& to, const FeedStatus& status, const std::vector<AccountId>& home) {
  auto out = home_listeners(to.hub, home);
  append(out, list_listeners(to.hub, to.feeds.pinned_lists(status)));
  append(out, public_readers(to, status));
  return out;
}

/// One status on its way to many: all get the same bytes, as nobody in particular sees it, but for those whose filters
/// catch it or who do not want to see what it quotes.
class Delivery {
 public:
  Delivery(Publication& to, const char* event, StatusId id) : to_(to), event_(event), ids_{id} {}

  void send(const Subscriptions& subscriptions) {
    if (subscriptions.empty() || !load()) return;
    std::vector<AccountId> readers;
    for (const auto& one : subscriptions) readers.push_back(one.listener->identity().account);
    std::ranges::sort(readers);
    readers.erase(std::ranges::unique(readers).begin(), readers.end());
    to_.filters.expect(to_.tx, readers);
    for (const auto& [listener, topic] : subscriptions) {
      if (Message* message = message_for(listener->identity().account)) listener->send(*message, topic);
    }
  }

 private:
  /// false: it is gone.
  bool load() {
    auto bundle = store::load_status_bundle(to_.tx, ids_, AccountId{});
    if (bundle.statuses.empty()) return false;
    const auto& status = bundle.statuses.front();
    shown_ = status.reblog_of_id ? bundle.originals.at(*status.reblog_of_id) : status;
    page_.emplace(to_.tx, to_.config, AccountId{}, std::move(bundle));
    if (!page_->contains(ids_.front())) return false;
    if (const auto* quoted = page_->quoted_by(ids_.front())) {
      quoted_ = Quoted{.id = quoted->id, .author = quoted->account_id, .domain = std::nullopt};
      if (!quoted->local) {
        const auto author = store::find_account(to_.tx, quoted->account_id);
        if (author) quoted_->domain = author->domain;
      }
    }
    json::Writer out;
    page_->render(out, ids_.front());
    shared_.emplace(event_, out.take());
    return true;
  }

  /// nullptr: it has gone meanwhile.
  Message* message_for(AccountId reader) {
    const auto& filters = to_.filters.of(to_.tx, reader);
    if (!filters.empty() && reader != shown_.account_id) {
      if (filters.reads_text() && !text_) text_ = page_->filter_text(ids_.front());
      const std::array ids{shown_.id, ids_.front()};
      const auto matches = filters.match(ids, text_ ? *text_ : std::string());
      if (!matches.empty()) return personal(reader);
    }
    return marks_quoted(reader, filters) ? personal(reader) : &*shared_;
  }

  /// What the status quotes is for this reader not as for everybody.
  bool marks_quoted(AccountId reader, const service::FilterMatcher& filters) {
    if (!quoted_ || quoted_->author == reader) return false;
    const auto relations = to_.feeds.reader(reader);
    if (!relations || !feed::welcomes(*relations, quoted_->author, quoted_->domain)) return true;
    return !filters.empty() && !filters.match(std::span(&quoted_->id, 1), "").empty();
  }

  /// With what his filters say of it.
  Message* personal(AccountId reader) {
    const auto known = personal_.find(reader);
    if (known != personal_.end()) return &known->second;
    api::entities::StatusPage page(to_.tx, to_.config, reader, ids_);
    if (!page.contains(ids_.front())) return nullptr;
    json::Writer out;
    page.render(out, ids_.front());
    return &personal_.emplace(reader, Message(event_, out.take())).first->second;
  }

  struct Quoted {
    StatusId id;
    AccountId author;
    std::optional<std::string> domain;
  };

  Publication& to_;
  const char* event_;
  const std::array<StatusId, 1> ids_;
  model::Status shown_;
  std::optional<Quoted> quoted_;
  std::optional<api::entities::StatusPage> page_;
  std::optional<std::string> text_;
  std::optional<Message> shared_;
  std::map<AccountId, Message> personal_;
};

std::optional<FeedStatus> find(Publication& to, StatusId id) {
  const std::array ids{id};
  auto found = store::load_feed_statuses(to.tx, ids);
  if (found.empty() || !found.front().sound) return std::nullopt;
  return std::move(found.front());
}

/// Replies that came before what they answer belong to home feeds only now.
void admit_waiting_replies(Publication& to, const FeedStatus& parent) {
  if (parent.local || parent.original) return;
  const auto replies = store::list_reply_ids(to.tx, parent.id, kMaxChildren);
  for (const auto& reply : store::load_feed_statuses(to.tx, replies)) {
    auto home = to.feeds.created(reply);
    if (to.tx.now() - reply.created_at > kNews || to.hub.empty()) continue;
    // Who follows a tag of it, say, has it already.
    auto before = reply;
    before.parent_missing = true;
    const auto had = to.feeds.pinned_readers(before);
    std::erase_if(home, [&](AccountId id) { return std::ranges::binary_search(had, id); });
    auto lists = to.feeds.pinned_lists(reply);
    const auto had_lists = to.feeds.pinned_lists(before);
    std::erase_if(lists, [&](model::ListId id) { return std::ranges::find(had_lists, id) != had_lists.end(); });
    auto subscriptions = home_listeners(to.hub, home);
    append(subscriptions, list_listeners(to.hub, lists));
    Delivery(to, "update", reply.id).send(subscriptions);
  }
}

/// All who may have something of this author at home or in a list.
Subscriptions home_and_list_listeners(Publication& to, AccountId author, const std::vector<std::string>& tags) {
  auto out = home_listeners(to.hub, to.feeds.pinned_followers(author, tags));
  append(out, list_listeners(to.hub, to.feeds.pinned_lists_of(author)));
  return out;
}

void send_delete(StatusId id, const Subscriptions& subscriptions) {
  Message message("delete", id.str());
  for (const auto& [listener, topic] : subscriptions) listener->send(message, topic);
}

std::vector<std::string> fold_all(const std::vector<std::string>& tags) {
  std::vector<std::string> out;
  for (const auto& tag : tags) {
    auto folded = text::fold_hashtag(tag);
    if (std::ranges::find(out, folded) == out.end()) out.push_back(std::move(folded));
  }
  return out;
}

}  // namespace

void on(Publication& to, const events::StatusCreated& event) {
  if (to.feeds.empty() && to.hub.empty()) return;
  const auto status = find(to, event.id);
  if (!status) return;
  const auto home = to.feeds.created(*status);
  admit_waiting_replies(to, *status);
  if (to.tx.now() - status->created_at > kNews || to.hub.empty()) return;
  Delivery(to, "update", status->id).send(listeners_of(to, *status, home));
}

void on(Publication& to, const events::StatusChanged& event) {
  const bool moves = event.part == events::StatusPart::text && !to.feeds.empty();
  if (!moves && to.hub.empty()) return;
  const auto status = find(to, event.id);
  if (!status) return;
  if (moves) to.feeds.edited(*status);
  if (to.hub.empty()) return;
  Delivery(to, "status.update", status->id).send(listeners_of(to, *status, to.feeds.pinned_readers(*status)));
}

void on(Publication& to, const events::StatusDeleted& event) {
  if (to.feeds.empty()) return;  // who listens is pinned
  const auto tags = event.visibility == Visibility::public_ ? fold_all(event.tags) : std::vector<std::string>{};
  const auto reblogs = to.feeds.deleted(to.tx, event.id, event.author, tags, event.reblog_of.has_value());
  if (to.hub.empty()) return;
  if (event.visibility == Visibility::direct) {
    // Nobody has it at home; those whom it named may have it on the screen.
    auto readers = store::list_local_mentions(to.tx, event.id);
    readers.push_back(event.author);
    return send_delete(event.id, home_listeners(to.hub, readers));
  }
  auto subscriptions = home_and_list_listeners(to, event.author, tags);
  if (event.visibility == Visibility::public_ && !event.reblog_of) {
    append(subscriptions, instance_listeners(to.hub, event.local, event.parts));
    append(subscriptions, tag_listeners(to.hub, event.local, tags));
  }
  send_delete(event.id, subscriptions);
  for (const auto& reblog : reblogs) send_delete(reblog.id, home_and_list_listeners(to, reblog.author, {}));
}

}  // namespace dunlin::streaming
