#pragma once

#include "dunlin/db/pool.hpp"

#include <pqxx/connection>

#include <memory>
#include <string>
#include <string_view>

namespace dunlin::db {

/// `url` (URI or key=value form) with one more parameter, unless it names it already.
std::string with_parameter(std::string url, std::string_view key, std::string_view value);

/// A connection whose session is set up as Row and Param expect: UTF-8, UTC, ISO dates, the options' statement timeout.
/// Throws pqxx::broken_connection or pqxx::sql_error.
std::unique_ptr<pqxx::connection> connect(const ConnectionOptions& options);

/// Is this the server's or the network's way to say that nobody serves us now (shutdown, start-up, lost connection)?
bool is_outage(const std::exception& error, const pqxx::connection* connection);

/// A libpq message as one line.
std::string one_line(std::string_view message);

}  // namespace dunlin::db
