#include "dunlin/streaming/hub.hpp"

#include "dunlin/base/hashtags.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::streaming {

namespace {

std::string key_of(Channel channel, std::string_view parameter) {
  std::string key(to_string(channel));
  if (parameter.empty()) return key;
  key += ' ';
  return key += parameter;
}

std::string key_of(const Topic& topic, AccountId account) {
  switch (topic.channel) {
    case Channel::user:
    case Channel::user_notification:
    case Channel::direct:
      return key_of(topic.channel, account.str());
    case Channel::hashtag:
    case Channel::hashtag_local:
      return key_of(topic.channel, text::fold_hashtag(topic.parameter));
    default:
      return key_of(topic.channel, topic.parameter);
  }
}

}  // namespace

bool Hub::add(const std::shared_ptr<Listener>& listener, int max_per_user) {
  const std::lock_guard lock(mutex_);
  auto& mine = users_[listener->identity().user];
  if (mine.size() >= static_cast<std::size_t>(max_per_user)) return false;
  listener->position_ = mine.size();
  mine.push_back(listener);
  ++size_;
  return true;
}

std::vector<Topic> Hub::remove(const std::shared_ptr<Listener>& listener) {
  const std::lock_guard lock(mutex_);
  std::vector<Topic> topics;
  while (!listener->held_.empty()) {
    auto held = std::move(listener->held_.back());
    listener->held_.pop_back();
    drop(*listener, held);
    topics.push_back(std::move(held.topic));
  }
  const auto at = users_.find(listener->identity().user);
  if (at == users_.end()) return topics;
  auto& mine = at->second;
  const auto position = listener->position_;
  if (position >= mine.size() || mine[position] != listener) return topics;
  mine[position] = std::move(mine.back());
  mine[position]->position_ = position;
  mine.pop_back();
  --size_;
  if (mine.empty()) users_.erase(at);
  return topics;
}

Hub::Added Hub::subscribe(const std::shared_ptr<Listener>& listener, const Topic& topic, std::size_t max_topics) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(listener->held_, topic, &Listener::Held::topic) != listener->held_.end()) return Added::already;
  if (listener->held_.size() >= max_topics) return Added::too_many;
  auto& group = topics_[key_of(topic, listener->identity().account)];
  listener->held_.push_back({topic, &group, group.size()});
  group.push_back({listener, topic});
  return Added::yes;
}

bool Hub::unsubscribe(const std::shared_ptr<Listener>& listener, const Topic& topic) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find(listener->held_, topic, &Listener::Held::topic);
  if (at == listener->held_.end()) return false;
  const auto held = std::move(*at);
  listener->held_.erase(at);
  drop(*listener, held);
  return true;
}

/// Takes the subscription out of its group; the last of the group takes its place. Its listener no longer holds it.
void Hub::drop(const Listener& listener, const Listener::Held& held) {
  auto& group = *held.group;
  if (held.position + 1 != group.size()) {
    group[held.position] = std::move(group.back());
    auto& moved = group[held.position].listener->held_;
    const auto from = std::ranges::find_if(
        moved, [&](const Listener::Held& one) { return one.group == held.group && one.position == group.size() - 1; });
    from->position = held.position;
  }
  group.pop_back();
  if (group.empty()) topics_.erase(key_of(held.topic, listener.identity().account));
}

std::vector<Subscription> Hub::of_key(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = topics_.find(key);
  return at == topics_.end() ? std::vector<Subscription>{} : at->second;
}

std::vector<Subscription> Hub::of_account(Channel channel, AccountId account) {
  return of_key(key_of(channel, account.str()));
}

std::vector<Subscription> Hub::of_channel(Channel channel) {
  return of_key(key_of(channel, ""));
}

std::vector<Subscription> Hub::of_tag(Channel channel, std::string_view tag) {
  return of_key(key_of(channel, tag));
}

std::vector<Subscription> Hub::of_list(std::string_view list) {
  return of_key(key_of(Channel::list, list));
}

std::vector<std::shared_ptr<Listener>> Hub::listening_to(const Topic& topic) {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Listener>> out;
  for (const auto& [user, mine] : users_) {
    for (const auto& listener : mine) {
      if (std::ranges::find(listener->held_, topic, &Listener::Held::topic) != listener->held_.end()) {
        out.push_back(listener);
      }
    }
  }
  return out;
}

bool Hub::empty() {
  return size() == 0;
}

std::size_t Hub::size() {
  const std::lock_guard lock(mutex_);
  return size_;
}

std::vector<std::shared_ptr<Listener>> Hub::listeners(const std::function<bool(const Identity&)>& concerned) {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Listener>> out;
  for (const auto& [user, mine] : users_) {
    for (const auto& listener : mine) {
      if (concerned(listener->identity())) out.push_back(listener);
    }
  }
  return out;
}

}  // namespace dunlin::streaming
