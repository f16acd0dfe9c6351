#pragma once

#include "dunlin/base/clock.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace dunlin::activitypub {

/// How many servers nobody has heard of one owner of a domain may make us ask: names below a domain cost nothing, and
/// each could send something that has to be fetched (CVE-2022-46405). In memory; any thread may call.
class HostBudget {
 public:
  static constexpr std::size_t kHosts = 10;           // new ones below one registrable domain, ...
  static constexpr std::chrono::hours kWindow{1};     // ... in this time
  static constexpr std::size_t kMaxDomains = 10'000;  // remembered
  static constexpr std::size_t kEvicted = 1'000;      // of them at once, when there are more

  explicit HostBudget(const Clock& clock) : clock_(clock) {}

  /// `host` is not known yet. One that was let through stays so for the window.
  bool allow(std::string_view host);

  /// "example.org" of "a.b.example.org", "example.co.uk" of "a.example.co.uk": the part that has an owner, by the
  /// public suffix list.
  static std::string registrable(std::string_view host);

 private:
  struct Window {
    Time ends_at{};
    std::set<std::string, std::less<>> hosts;
  };
  void evict();

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace dunlin::activitypub
