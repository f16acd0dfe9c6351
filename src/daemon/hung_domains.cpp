#include "hung_domains.hpp"

#include <algorithm>

namespace dunlin::daemon {

namespace {

constexpr std::chrono::minutes kRemembered{10};
constexpr std::size_t kMost = 1000;
constexpr std::size_t kFilesToBeSlow = 3;

}  // namespace

void HungDomains::hung(std::string_view domain, std::string_view file, Time now) {
  auto found = domains_.find(domain);
  if (found == domains_.end()) {
    make_room(now);
    found = domains_.emplace(std::string(domain), Hangs{}).first;
  }
  auto& [files, last] = found->second;
  if (now - last >= kRemembered) files.clear();
  last = now;
  if (files.size() < kFilesToBeSlow && std::ranges::find(files, file) == files.end()) files.emplace_back(file);
}

void HungDomains::answered(std::string_view domain) {
  if (const auto found = domains_.find(domain); found != domains_.end()) domains_.erase(found);
}

bool HungDomains::is_slow(std::string_view domain, Time now) const {
  const auto found = domains_.find(domain);
  return found != domains_.end() && found->second.files.size() >= kFilesToBeSlow &&
         now - found->second.last < kRemembered;
}

void HungDomains::make_room(Time now) {
  if (domains_.size() < kMost) return;
  std::erase_if(domains_, [&](const auto& one) { return now - one.second.last >= kRemembered; });
  if (domains_.size() >= kMost) domains_.clear();
}

}  // namespace dunlin::daemon
