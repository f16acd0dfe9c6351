#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::daemon {

/// Who else works on this database, as far as their greetings tell, and whether there is anybody to tell of what
/// happens here. No I/O, no clock of its own.
class Roster {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Options {
    std::chrono::milliseconds greeting;  // this often we say that we are here
    std::chrono::milliseconds silence;   // whoever is silent that long is gone
    std::chrono::milliseconds margin;    // others may count our silence from an earlier moment
  };
  /// What a greeting says. Each is heard by its sender, too.
  struct Greeting {
    std::string here;
    std::optional<std::string> told_nobody;  // of what happened until others were heard
  };
  enum class Heard : std::uint8_t {
    nothing,      // not for this class
    known,        // of us, or of one we know
    newcomer,     // say that we are here: it waits for that
    told_nobody,  // of what happened where we did not hear
  };

  Roster() = default;
  /// Somebody may be here until it is certain that nobody is.
  Roster(std::int64_t self, const Options& options, Time now);

  /// As if somebody may have come: all is told until it is certain that nobody is there. False: we were silent for so
  /// long that others may have taken us for gone; then nobody is known any more.
  bool assume_others(Time now);
  Heard hear(std::string_view text, Time now);

  [[nodiscard]] Greeting greeting() const;
  /// It was sent, at some time after `began`.
  void greeted(Time began);
  [[nodiscard]] bool must_greet(Time now) const { return now - greeted_ > options_.greeting; }
  [[nodiscard]] bool stood_still(Time now) const { return now - greeted_ > options_.silence - options_.margin; }

  /// Whoever was silent for too long at `now` is gone. True: from now on nobody is told.
  bool forget_silent(Time now);
  [[nodiscard]] bool is_alone() const { return others_.empty(); }

 private:
  std::string self_;
  Options options_{};
  Time greeted_;
  Time assumed_until_;                               // as long as somebody may be there whom we have not heard yet
  std::map<std::string, Time, std::less<>> others_;  // last heard
  bool tells_others_ = true;
  bool kept_silent_ = false;  // told nobody of what happened, and nobody of that
};

}  // namespace dunlin::daemon
