#include "roster.hpp"

namespace dunlin::daemon {

namespace {

constexpr std::string_view kHere = "here ";
constexpr std::string_view kToldNobody = "told nobody ";

}  // namespace

Roster::Roster(std::int64_t self, const Options& options, Time now)
    : self_(std::to_string(self)), options_(options), greeted_(now), assumed_until_(now + options.silence) {}

bool Roster::assume_others(Time now) {
  assumed_until_ = now + options_.silence;
  tells_others_ = true;
  if (!stood_still(now)) return true;
  others_.clear();
  return false;
}

Roster::Heard Roster::hear(std::string_view text, Time now) {
  if (text.starts_with(kToldNobody)) {
    return text.substr(kToldNobody.size()) == self_ ? Heard::known : Heard::told_nobody;
  }
  if (!text.starts_with(kHere)) return Heard::nothing;
  const auto who = text.substr(kHere.size());
  if (who == self_) return Heard::known;
  return others_.insert_or_assign(std::string(who), now).second ? Heard::newcomer : Heard::known;
}

Roster::Greeting Roster::greeting() const {
  Greeting greeting{.here = std::string(kHere) + self_, .told_nobody = std::nullopt};
  if (tells_others_ && kept_silent_) greeting.told_nobody = std::string(kToldNobody) + self_;
  return greeting;
}

void Roster::greeted(Time began) {
  greeted_ = began;
  if (tells_others_) kept_silent_ = false;
}

bool Roster::forget_silent(Time now) {
  std::erase_if(others_, [&](const auto& other) { return now - other.second > options_.silence; });
  if (!tells_others_ || !others_.empty() || now <= assumed_until_) return false;
  tells_others_ = false;
  kept_silent_ = true;
  return true;
}

}  // namespace dunlin::daemon
