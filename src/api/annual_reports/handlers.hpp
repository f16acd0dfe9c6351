#pragma once

#include "dunlin/api/call.hpp"

namespace dunlin::api {

// annual_reports.cpp
Result<http::Response> list_annual_reports(Call& call);
Result<http::Response> show_annual_report(Call& call);
Result<http::Response> show_annual_report_state(Call& call);
Result<http::Response> generate_annual_report(Call& call);
Result<http::Response> read_annual_report(Call& call);

}  // namespace dunlin::api
