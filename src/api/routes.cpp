#include "tables.hpp"

#include <array>

namespace dunlin::api {

std::span<const std::span<const Route>> routes() {
  static const std::array kTables{
      account_routes(),      announcement_routes(), annual_report_routes(), collection_routes(),
      conversation_routes(), discovery_routes(),    filter_routes(),        instance_routes(),
      list_routes(),         media_routes(),        notification_routes(),  poll_routes(),
      push_routes(),         relationship_routes(), report_routes(),        scheduled_status_routes(),
      search_routes(),       status_routes(),       tag_routes(),           timeline_routes()};
  return kTables;
}

}  // namespace dunlin::api
