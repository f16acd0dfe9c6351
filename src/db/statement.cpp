#include "dunlin/db/statement.hpp"

namespace dunlin::db {

namespace {

// Constant-initialised, hence ready before the first Statement of any other file.
constinit const Statement* first_statement = nullptr;

}  // namespace

Statement::Statement(const char* name, const char* sql) : name_(name), sql_(sql), next_(first_statement) {
  first_statement = this;
}

std::vector<const Statement*> Statement::all() {
  std::vector<const Statement*> statements;
  for (const auto* s = first_statement; s != nullptr; s = s->next_) statements.push_back(s);
  return statements;
}

}  // namespace dunlin::db
