#pragma once

#include <string_view>
#include <vector>

namespace dunlin::db {

/// One named SQL text, a namespace-scope constant beside the function that runs it. It registers itself, so that one
/// test can PREPARE every statement on the migrated schema; it is prepared on a connection at its first use there.
class Statement {
 public:
  /// Both must be literals. `name` is "<file>.<what>", unique; it shows in logs and metrics.
  Statement(const char* name, const char* sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] const char* sql() const { return sql_; }

  /// Every statement linked into this program.
  static std::vector<const Statement*> all();

 private:
  const char* name_;
  const char* sql_;
  const Statement* next_;
};

}  // namespace dunlin::db
