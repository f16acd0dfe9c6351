#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/param.hpp"
#include "dunlin/db/row.hpp"
#include "dunlin/db/statement.hpp"

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace dunlin::db {

/// The database cannot be reached or went away; the border answers 503. The session reconnects by itself.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A unique constraint was hit that the statement did not handle by ON CONFLICT; `constraint` is its name.
class UniqueViolation : public std::runtime_error {
 public:
  UniqueViolation(const std::string& what, std::string constraint)
      : std::runtime_error(what), constraint_(std::move(constraint)) {}
  [[nodiscard]] const std::string& constraint() const { return constraint_; }

 private:
  std::string constraint_;
};

/// What one piece of work sees of the database. After a failed statement the transaction is over: the exception goes to
/// the border. Services and stores never commit.
class Tx {
 public:
  virtual ~Tx() = default;
  virtual Rows exec(const Statement& statement, std::span<const Param> params) = 0;
  Rows exec(const Statement& statement, std::initializer_list<Param> params = {}) {
    return exec(statement, std::span<const Param>(params.begin(), params.size()));
  }
  /// Runs after a successful commit, in order of registration; must not throw. In a read, after the work.
  virtual void after_commit(std::function<void()> action) = 0;
  /// The application's clock when the work began: one value for all rows of one action.
  [[nodiscard]] virtual Time now() const = 0;
};

/// One connection and the work that runs on it. Used by one thread at a time.
class Session {
 public:
  virtual ~Session() = default;

  /// Each statement is its own implicit transaction (no BEGIN: half the cost, docs/performance.md).
  template <class F>
  auto read(F&& body) {
    decltype(body(std::declval<Tx&>())) result = fail(Errc::internal, "");
    run_read([&](Tx& tx) { result = body(tx); });
    return result;
  }
  /// One transaction: committed when `body` returns a value, rolled back when it returns an error or throws. On a
  /// serialization failure or deadlock it runs again from the start (at most 5 times), on a unique violation once
  /// (another transaction inserted the same between look and insert): effects outside the database belong into
  /// after_commit.
  template <class F>
  auto write(F&& body) {
    decltype(body(std::declval<Tx&>())) result = fail(Errc::internal, "");
    run_write([&](Tx& tx) {
      result = body(tx);
      return result.has_value();
    });
    return result;
  }

  /// Statements sent since the session began: tests assert that a page costs a fixed number.
  [[nodiscard]] virtual std::uint64_t statement_count() const = 0;

 protected:
  virtual void run_read(const std::function<void(Tx&)>& body) = 0;
  virtual void run_write(const std::function<bool(Tx&)>& body) = 0;
};

}  // namespace dunlin::db
