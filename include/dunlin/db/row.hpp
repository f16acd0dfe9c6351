#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::db {

namespace detail {
struct ResultHolder;
}

/// One row, read by position beside the column list of its statement. Views live as long as the Rows. Reading NULL
/// through a non-optional reader, or a value of another form, throws std::logic_error: a bug in the statement.
class Row {
 public:
  Row(const detail::ResultHolder& result, std::size_t index) : result_(&result), index_(index) {}

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t i64(int column) const;
  [[nodiscard]] int i32(int column) const { return static_cast<int>(i64(column)); }
  [[nodiscard]] std::optional<std::int64_t> opt_i64(int column) const;
  [[nodiscard]] double f64(int column) const;
  [[nodiscard]] bool boolean(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::optional<std::string> opt_text(int column) const;
  [[nodiscard]] Time time(int column) const;
  [[nodiscard]] std::optional<Time> opt_time(int column) const;
  [[nodiscard]] std::string bytes(int column) const;
  [[nodiscard]] std::vector<std::int64_t> bigints(int column) const;  // bigint[]
  [[nodiscard]] std::vector<std::string> texts(int column) const;     // text[]
  template <class I>
  [[nodiscard]] I id(int column) const {
    return I{i64(column)};
  }
  template <class I>
  [[nodiscard]] std::optional<I> opt_id(int column) const {
    const auto v = opt_i64(column);
    return v ? std::optional<I>(I{*v}) : std::nullopt;
  }

 private:
  const detail::ResultHolder* result_;
  std::size_t index_;
};

/// The answer to one statement.
class Rows {
 public:
  explicit Rows(std::shared_ptr<const detail::ResultHolder> result);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// Rows that an INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::size_t affected() const;
  [[nodiscard]] Row operator[](std::size_t index) const { return {*result_, index}; }

  class Iterator {
   public:
    Iterator(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Rows* rows_;
    std::size_t index_;
  };
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size_}; }

 private:
  std::shared_ptr<const detail::ResultHolder> result_;
  std::size_t size_ = 0;
};

}  // namespace dunlin::db
