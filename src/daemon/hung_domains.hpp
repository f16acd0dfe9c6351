#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::daemon {

/// Domains that take requests and do not answer. One file proves nothing: a proxy there may wait for somebody else's
/// server. Not thread-safe.
class HungDomains {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// It was asked for `file` and gave no answer in time.
  void hung(std::string_view domain, std::string_view file, Time now);
  void answered(std::string_view domain);
  /// Several files in a row have hung, the last one lately.
  [[nodiscard]] bool is_slow(std::string_view domain, Time now) const;

 private:
  struct Hangs {
    std::vector<std::string> files;  // different ones, since its last answer
    Time last;
  };
  void make_room(Time now);

  std::map<std::string, Hangs, std::less<>> domains_;
};

}  // namespace dunlin::daemon
