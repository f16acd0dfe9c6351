#include "tables.hpp"

#include <array>

namespace dunlin::api {

std::span<const std::span<const Route>> routes() {
  static const std::array kTables{account_routes(), filter_routes(), instance_routes(), notification_routes(),
                                  search_routes(),  status_routes(), timeline_routes()};
  return kTables;
}

}  // namespace dunlin::api
