#include "change_hearer.hpp"
#include "connect.hpp"
#include "result_holder.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/random.hpp"
#include "dunlin/db/pool.hpp"

#include <fmt/core.h>
#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>

#include <chrono>
#include <exception>
#include <iterator>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

namespace dunlin::db {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kSlowStatement{500};
constexpr std::chrono::seconds kReconnectInterval{1};
constexpr int kMaxAttempts = 5;
// Two that saw "not here yet" and both insert: the second finds it when it runs again. A rule that is broken stays
// broken.
constexpr int kMaxUniqueAttempts = 2;

/// The server asks to run the whole transaction again.
class Conflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `... violates unique constraint "name"`: libpqxx 6 hides the result that has the name as a field of its own.
std::string constraint_in(std::string_view message) {
  const auto begin = message.find('"');
  if (begin == std::string_view::npos) return {};
  const auto end = message.find('"', begin + 1);
  return std::string(message.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1));
}

/// Translates what libpqxx threw while `what` ran. `connection` decides whether it was an outage.
[[noreturn]] void rethrow(const std::exception& error, std::string_view what, const pqxx::connection& connection) {
  const auto text = fmt::format("{}: {}", what, one_line(error.what()));
  if (is_outage(error, &connection)) throw Unavailable(text);
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr ||
      dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) {
    throw Conflict(text);
  }
  if (dynamic_cast<const pqxx::unique_violation*>(&error) != nullptr) {
    throw UniqueViolation(text, constraint_in(error.what()));
  }
  throw std::runtime_error(text);
}

class PqxxSession final : public Session {
 public:
  PqxxSession(ConnectionOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {}

  std::uint64_t statement_count() const override { return statement_count_; }

 protected:
  void run_read(const std::function<void(Tx&)>& body) override;
  void run_write(const std::function<bool(Tx&)>& body) override;

 private:
  class Work;

  pqxx::connection& connection();
  void drop_connection() noexcept;
  bool attempt_write(const std::function<bool(Tx&)>& body, Time now, int attempt);
  void tell_changes(Work& work);
  void commit(Work& work);

  const ConnectionOptions options_;
  const Clock& clock_;
  std::unique_ptr<pqxx::connection> connection_;
  std::optional<ChangeHearer> hearer_;             // on connection_
  std::unordered_set<const Statement*> prepared_;  // on connection_
  Steady::time_point last_failure_{};
  std::string last_failure_text_;
  std::uint64_t statement_count_ = 0;
};

/// One read, or one attempt of a write.
class PqxxSession::Work final : public Tx {
 public:
  /// That the connection is lost may be found out here as well as by a statement. Throws Unavailable.
  Work(PqxxSession& session, Time now) try : session_(session), tx_(session.connection()), now_(now) {
  } catch (const pqxx::broken_connection& error) {
    throw Unavailable(one_line(error.what()));
  }

  Rows exec(const Statement& statement, std::span<const Param> params) override;
  using Tx::exec;
  void after_commit(std::function<void()> action) override { actions_.push_back(std::move(action)); }
  Time now() const override { return now_; }

  /// What `body` registers comes before what is there.
  template <class F>
  void first_after_commit(F&& body) {
    auto others = std::exchange(actions_, {});
    body();
    actions_.insert(actions_.end(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end()));
  }
  void control(const char* sql);
  void rollback() noexcept;
  void run_actions();
  /// A body that swallowed the failure of a statement must not go on to commit.
  void rethrow_failure() {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  PqxxSession& session_;
  pqxx::nontransaction tx_;
  const Time now_;
  std::exception_ptr failure_;
  std::vector<std::function<void()>> actions_;
};

Rows PqxxSession::Work::exec(const Statement& statement, std::span<const Param> params) {
  if (failure_)
    throw std::logic_error(fmt::format("{}: an earlier statement of this transaction failed", statement.name()));
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const auto& param : params) {
    if (param.has_nul()) throw std::logic_error(fmt::format("{}: a NUL byte in a parameter", statement.name()));
    values.push_back(param.c_str());
  }
  const auto started = Steady::now();
  ++session_.statement_count_;
  try {
    if (session_.prepared_.insert(&statement).second) tx_.conn().prepare(statement.name(), statement.sql());
    auto holder = std::make_shared<detail::ResultHolder>();
    holder->result = tx_.exec_prepared(statement.name(), pqxx::prepare::make_dynamic_params(values));
    if (const auto took = Steady::now() - started; took >= kSlowStatement) {
      log::warn("slow statement", {log::kv("statement", statement.name()),
                                   log::kv("ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count())});
    }
    return Rows(std::move(holder));
  } catch (const std::exception& error) {
    try {
      rethrow(error, statement.name(), *session_.connection_);
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
  }
}

/// It is committed, whatever becomes of an action: none keeps another from being done, or the caller from knowing.
void PqxxSession::Work::run_actions() {
  for (const auto& action : actions_) {
    try {
      action();
    } catch (const std::exception& error) {
      log::error("what must follow a commit failed", {log::kv("error", error.what())});
      if (session_.options_.changes != nullptr) session_.options_.changes->in_doubt();
    }
  }
}

void PqxxSession::Work::control(const char* sql) {
  try {
    tx_.exec(sql);
  } catch (const std::exception& error) {
    rethrow(error, sql, *session_.connection_);
  }
}

void PqxxSession::Work::rollback() noexcept {
  if (!tx_.conn().is_open()) return;  // libpqxx would connect anew, only to roll back nothing
  try {
    tx_.exec("ROLLBACK");
  } catch (const std::exception&) {
    // The connection is lost, and the transaction with it: the next use finds out and reconnects.
  }
}

pqxx::connection& PqxxSession::connection() {
  if (connection_ && !connection_->is_open()) drop_connection();
  if (connection_) return *connection_;
  if (!last_failure_text_.empty() && Steady::now() - last_failure_ < kReconnectInterval) {
    throw Unavailable(last_failure_text_);
  }
  try {
    connection_ = connect(options_);
    if (options_.changes != nullptr) hearer_.emplace(*connection_);
    if (!last_failure_text_.empty()) log::info("database is back");
    last_failure_text_.clear();
    return *connection_;
  } catch (const std::exception& error) {
    if (last_failure_text_.empty()) log::warn("database is away", {log::kv("reason", one_line(error.what()))});
    last_failure_text_ = fmt::format("connect: {}", one_line(error.what()));
    last_failure_ = Steady::now();
    throw Unavailable(last_failure_text_);
  }
}

void PqxxSession::drop_connection() noexcept {
  prepared_.clear();
  hearer_.reset();
  connection_.reset();
}

void PqxxSession::run_read(const std::function<void(Tx&)>& body) {
  try {
    Work work(*this, clock_.now());
    body(work);
    work.run_actions();
  } catch (const Unavailable&) {
    drop_connection();
    throw;
  }
}

void PqxxSession::run_write(const std::function<bool(Tx&)>& body) {
  const auto now = clock_.now();
  try {
    for (int attempt = 1; !attempt_write(body, now, attempt); ++attempt) {
      std::this_thread::sleep_for(std::chrono::microseconds(random_below(2'000U << static_cast<unsigned>(attempt))));
    }
  } catch (const Unavailable&) {
    drop_connection();
    throw;
  }
}

void PqxxSession::tell_changes(Work& work) {
  if (!hearer_) return;
  const auto changes = hearer_->take();
  if (changes.empty()) return;
  work.first_after_commit([&] { options_.changes->changed(work, changes); });
}

void PqxxSession::commit(Work& work) {
  try {
    work.control("COMMIT");
  } catch (const Unavailable&) {
    if (options_.changes != nullptr) options_.changes->in_doubt();
    throw;
  }
}

/// false: run it again.
bool PqxxSession::attempt_write(const std::function<bool(Tx&)>& body, Time now, int attempt) {
  Work work(*this, now);
  if (hearer_) hearer_->forget();
  work.control("BEGIN READ WRITE");
  try {
    const bool wanted = body(work);
    work.rethrow_failure();
    if (!wanted) {
      work.rollback();
      return true;
    }
    tell_changes(work);
    commit(work);
  } catch (const Conflict&) {
    work.rollback();
    if (attempt >= kMaxAttempts) throw;
    return false;
  } catch (const UniqueViolation&) {
    work.rollback();
    if (attempt >= kMaxUniqueAttempts) throw;
    return false;
  } catch (...) {
    work.rollback();
    throw;
  }
  work.run_actions();
  return true;
}

}  // namespace

std::unique_ptr<Session> make_session(const ConnectionOptions& options, const Clock& clock) {
  return std::make_unique<PqxxSession>(options, clock);
}

}  // namespace dunlin::db
