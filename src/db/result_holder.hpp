#pragma once

#include <pqxx/result>

namespace dunlin::db::detail {

/// Keeps libpqxx out of the public headers.
struct ResultHolder {
  pqxx::result result;
};

}  // namespace dunlin::db::detail
