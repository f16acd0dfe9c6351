#include "dunlin/jobs/silent_hosts.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::jobs {

const db::Statement kListSilentHosts{"deliveries.silent_hosts", R"sql(
SELECT host FROM delivery_hosts
WHERE host = ANY($1::text[]) AND (unavailable_since IS NOT NULL OR gone_since IS NOT NULL))sql"};

std::vector<std::string> list_silent_hosts(db::Tx& tx, std::span<const std::string> hosts) {
  std::vector<std::string> silent;
  for (const auto row : tx.exec(kListSilentHosts, {db::Param::texts(hosts)})) silent.emplace_back(row.text(0));
  return silent;
}

}  // namespace dunlin::jobs
