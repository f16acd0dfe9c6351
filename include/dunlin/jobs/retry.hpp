#pragma once

#include "dunlin/base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

/// The rules of delivery as pure functions: federation.md 4.10 and 4.11.
namespace dunlin::jobs {

/// Stored: smaller is sooner; leave room before changing one.
enum class Priority : std::int16_t {
  direct = 0,
  handshake = 10,
  post = 20,
  reaction = 30,
  profile = 35,
  relay = 40,
  bulk = 50,
};

/// Attempts before a delivery is given up: bulk and relay 8, others 16 (3 days), essential ones 43 (30 days).
int attempts_allowed(Priority priority, bool essential);

/// The pause after failed attempt `attempt` (1 is the first): 15 s + n^4 s plus jitter up to half of it; from the 17th
/// on a day. `random` in [0, 1). `scale` multiplies all: tests run fast.
std::chrono::milliseconds next_attempt(int attempt, double random, double scale = 1.0);

/// How one exchange ended.
struct Exchange {
  std::optional<int> status{};  // HTTP; nullopt: no answer
  bool timed_out = false;
  std::string transport_error{};                           // without a status
  std::optional<std::chrono::milliseconds> retry_after{};  // from now
};

struct Attempt {
  int number = 1;  // of this delivery
  int allowed = 16;
  bool other_scheme_tried = false;
  bool shared_inbox = false;
};

enum class Verdict : std::uint8_t {
  done,
  retry,
  drop,          // this delivery ends without success
  other_scheme,  // sign in the other way and try again at once
  host_gone,     // drop, and deliver nothing there any more
  actor_gone,    // drop; the owner of the personal inbox should be looked at
};
/// What the exchange says of the host.
enum class HostSign : std::uint8_t {
  alive,
  failed,
  timed_out,
  none,  // it was not asked
};

struct Judgement {
  Verdict verdict = Verdict::done;
  std::optional<Time> retry_at{};          // with retry
  std::optional<Time> host_waits_until{};  // Retry-After holds for the whole host
  HostSign sign = HostSign::alive;
  std::optional<int> status{};
  std::string reason{};  // for people; empty when done
};

Judgement judge(const Exchange& exchange, const Attempt& attempt, Time now, double random, double scale = 1.0);

}  // namespace dunlin::jobs
