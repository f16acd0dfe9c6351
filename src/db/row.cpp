#include "dunlin/db/row.hpp"

#include "result_holder.hpp"
#include "text_form.hpp"

#include <fmt/core.h>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace dunlin::db {

namespace {

pqxx::field field_at(const detail::ResultHolder& holder, std::size_t row, int column) {
  if (column < 0 || static_cast<pqxx::row_size_type>(column) >= holder.result.columns()) {
    throw std::logic_error(fmt::format("column {} of {}: {}", column, holder.result.columns(), holder.result.query()));
  }
  return holder.result[static_cast<pqxx::result_size_type>(row)][column];
}

[[noreturn]] void bad_value(const pqxx::field& field, const char* wanted) {
  throw std::logic_error(
      fmt::format("column {} is {}, not {}", field.name(), field.is_null() ? "NULL" : field.c_str(), wanted));
}

std::string_view present_text(const pqxx::field& field, const char* wanted) {
  if (field.is_null()) bad_value(field, wanted);
  return {field.c_str(), field.size()};
}

template <class T>
T parse_number(const pqxx::field& field, const char* wanted) {
  const auto text = present_text(field, wanted);
  T value{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) bad_value(field, wanted);
  return value;
}

template <class T>
T parsed(const pqxx::field& field, std::optional<T> (*parse)(std::string_view), const char* wanted) {
  auto value = parse(present_text(field, wanted));
  if (!value) bad_value(field, wanted);
  return std::move(*value);
}

}  // namespace

bool Row::is_null(int column) const {
  return field_at(*result_, index_, column).is_null();
}

std::int64_t Row::i64(int column) const {
  return parse_number<std::int64_t>(field_at(*result_, index_, column), "an integer");
}

std::optional<std::int64_t> Row::opt_i64(int column) const {
  if (is_null(column)) return std::nullopt;
  return i64(column);
}

double Row::f64(int column) const {
  return parse_number<double>(field_at(*result_, index_, column), "a number");
}

bool Row::boolean(int column) const {
  const auto field = field_at(*result_, index_, column);
  const auto text = present_text(field, "a boolean");
  if (text != "t" && text != "f") bad_value(field, "a boolean");
  return text == "t";
}

std::string_view Row::text(int column) const {
  return present_text(field_at(*result_, index_, column), "a text");
}

std::optional<std::string> Row::opt_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

Time Row::time(int column) const {
  return parsed(field_at(*result_, index_, column), text_form::parse_time, "a time in UTC");
}

std::optional<Time> Row::opt_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

std::string Row::bytes(int column) const {
  return parsed(field_at(*result_, index_, column), text_form::parse_bytes, "a bytea");
}

std::vector<std::int64_t> Row::bigints(int column) const {
  return parsed(field_at(*result_, index_, column), text_form::parse_bigints, "a bigint[]");
}

std::vector<std::string> Row::texts(int column) const {
  return parsed(field_at(*result_, index_, column), text_form::parse_texts, "a text[]");
}

Rows::Rows(std::shared_ptr<const detail::ResultHolder> result)
    : result_(std::move(result)), size_(static_cast<std::size_t>(result_->result.size())) {}

std::size_t Rows::affected() const {
  return static_cast<std::size_t>(result_->result.affected_rows());
}

}  // namespace dunlin::db
