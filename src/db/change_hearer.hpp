#pragma once

#include "dunlin/db/change.hpp"

#include <pqxx/errorhandler>

#include <cstddef>
#include <vector>

namespace dunlin::db {

/// Hears on one connection what triggers tell (migrations/202611262400_changes.sql).
class ChangeHearer final : public pqxx::errorhandler {
 public:
  using pqxx::errorhandler::errorhandler;

  bool operator()(const char message[]) noexcept override;
  /// Each once; beyond some thousand it is `everything`.
  std::vector<Change> take();
  void forget();

 private:
  std::vector<Change> heard_;
};

}  // namespace dunlin::db
