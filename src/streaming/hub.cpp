#include "dunlin/streaming/hub.hpp"

#include "dunlin/base/text.hpp"

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
      return key_of(topic.channel, text::fold(topic.parameter));
    default:
      return key_of(topic.channel, topic.parameter);
  }
}

}  // namespace

bool Hub::add(const std::shared_ptr<Listener>& listener, int max_per_user) {
  const std::lock_guard lock(mutex_);
  auto& mine = users_[listener->identity().user];
  if (mine.size() >= static_cast<std::size_t>(max_per_user)) return false;
  mine.push_back(listener);
  ++size_;
  return true;
}

std::vector<Topic> Hub::remove(const std::shared_ptr<Listener>& listener) {
  const std::lock_guard lock(mutex_);
  auto topics = std::exchange(listener->topics_, {});
  for (const auto& topic : topics) {
    const auto at = topics_.find(key_of(topic, listener->identity().account));
    if (at == topics_.end()) continue;
    std::erase_if(at->second, [&](const Subscription& one) { return one.listener == listener; });
    if (at->second.empty()) topics_.erase(at);
  }
  const auto mine = users_.find(listener->identity().user);
  if (mine == users_.end()) return topics;
  size_ -= std::erase(mine->second, listener);
  if (mine->second.empty()) users_.erase(mine);
  return topics;
}

Hub::Added Hub::subscribe(const std::shared_ptr<Listener>& listener, const Topic& topic, std::size_t max_topics) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(listener->topics_, topic) != listener->topics_.end()) return Added::already;
  if (listener->topics_.size() >= max_topics) return Added::too_many;
  listener->topics_.push_back(topic);
  topics_[key_of(topic, listener->identity().account)].push_back({listener, topic});
  return Added::yes;
}

bool Hub::unsubscribe(const std::shared_ptr<Listener>& listener, const Topic& topic) {
  const std::lock_guard lock(mutex_);
  if (std::erase(listener->topics_, topic) == 0) return false;
  const auto at = topics_.find(key_of(topic, listener->identity().account));
  if (at == topics_.end()) return true;
  std::erase_if(at->second, [&](const Subscription& one) { return one.listener == listener && one.topic == topic; });
  if (at->second.empty()) topics_.erase(at);
  return true;
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
      if (std::ranges::find(listener->topics_, topic) != listener->topics_.end()) out.push_back(listener);
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
