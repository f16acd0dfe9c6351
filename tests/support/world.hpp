#pragma once

#include "support/postgres.hpp"

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/model/status.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace dunlin::test {

/// Stands still until it is moved. Starts at 2026-03-01T12:00:00Z.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(std::chrono::milliseconds(now_.load())); }
  void advance(std::chrono::milliseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{1'772'366'400'000};
};

struct AccountOptions {
  bool locked = false;
  std::string display_name{};
  std::string shared_inbox_url{};  // remote; the inbox is {uri}/inbox
};

struct FollowOptions {
  bool show_reblogs = true;
  bool notify = false;
  std::optional<std::vector<std::string>> languages{};
};

struct StatusOptions {
  std::string content = "hello";  // HTML
  model::Visibility visibility = model::Visibility::public_;
  std::optional<model::Status> reply_to{};
  std::optional<std::string> reply_to_uri{};  // a parent that is not here
  std::vector<model::Account> mentions{};
  std::vector<std::string> tags{};
  std::optional<std::string> language{};
  std::string spoiler_text{};
};

/// Pages as a client asks for them: the newest below `id` (max_id), the newest above it (since_id), the ones right
/// above it (min_id).
model::Page newest(int limit);
model::Page below(std::int64_t id, int limit = 20);
model::Page above(std::int64_t id, int limit = 20);
model::Page right_above(std::int64_t id, int limit = 20);

/// A database with people in it, built by the store's own functions. Every step moves the clock by one second, so that
/// ids and dates follow the order of the test's lines. Local accounts live on https://example.org and have a user with
/// the address <username>@example.org; an account's uri is <origin>/users/<username>.
class World {
 public:
  World() = default;

  FakeClock clock;
  Database db{clock};
  IdGenerator ids{clock};

  [[nodiscard]] db::Session& session() const { return db.session(); }

  /// Runs `body(tx)` in one transaction and gives what it returns.
  template <class F>
  auto write(F&& body) {
    return run(db.session(), std::forward<F>(body), [](db::Session& s, auto&& work) { return s.write(work); });
  }
  template <class F>
  auto read(F&& body) {
    return run(db.session(), std::forward<F>(body), [](db::Session& s, auto&& work) { return s.read(work); });
  }

  model::Account local_account(const std::string& username, const AccountOptions& options = {});
  model::Account remote_account(const std::string& username, const std::string& domain,
                                const AccountOptions& options = {});
  /// The login of a local account.
  model::User user_of(const model::Account& account);
  /// The row as it is now.
  model::Account reload(const model::Account& account);
  /// As it is now; also when deleted.
  model::Status reload(const model::Status& status);

  model::Status status(const model::Account& author, const StatusOptions& options = {});
  model::Status reblog(const model::Account& who, const model::Status& original,
                       model::Visibility visibility = model::Visibility::public_);
  void favourite(const model::Account& who, const model::Status& status);
  void follow(const model::Account& who, const model::Account& target, const FollowOptions& options = {});
  void block(const model::Account& who, const model::Account& target);
  void mute(const model::Account& who, const model::Account& target, bool hide_notifications = true,
            std::optional<std::chrono::milliseconds> lasts = std::nullopt);
  void suspend(const model::Account& account);

 private:
  template <class F, class Runner>
  static auto run(db::Session& session, F&& body, Runner runner) {
    using Value = std::invoke_result_t<F, db::Tx&>;
    if constexpr (std::is_void_v<Value>) {
      const auto done = runner(session, [&](db::Tx& tx) -> Result<void> {
        body(tx);
        return {};
      });
      if (!done) throw std::runtime_error("the transaction failed");
    } else {
      auto result = runner(session, [&](db::Tx& tx) -> Result<Value> { return body(tx); });
      return std::move(result).value();
    }
  }
  void step() { clock.advance(std::chrono::seconds(1)); }
  model::Account insert(model::Account account, const AccountOptions& options);
};

}  // namespace dunlin::test
