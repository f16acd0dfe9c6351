#include "handlers.hpp"
#include "tables.hpp"

#include "dunlin/json/writer.hpp"

namespace dunlin::api {

/// A server that makes no annual reports answers so (client-api.md 3.16).
Result<http::Response> list_annual_reports(Call& call) {
  json::Writer out;
  out.begin_object();
  for (const char* name : {"annual_reports", "accounts", "statuses"}) out.key(name).begin_array().end_array();
  out.end_object();
  return call.json(out.take());
}

Result<http::Response> show_annual_report(Call&) {
  return fail(Errc::not_found, "Record not found");
}

Result<http::Response> show_annual_report_state(Call& call) {
  json::Writer out;
  out.begin_object().field("state", "ineligible").end_object();
  return call.json(out.take());
}

Result<http::Response> generate_annual_report(Call& call) {
  return call.json("{}");
}

Result<http::Response> read_annual_report(Call&) {
  return fail(Errc::not_found, "Record not found");
}

namespace {

using http::Method;

constexpr Route kAnnualReportRoutes[] = {
    {Method::get, "/api/v1/annual_reports", Auth::user, "read:accounts", &list_annual_reports},
    {Method::get, "/api/v1/annual_reports/:year", Auth::user, "read:accounts", &show_annual_report},
    {Method::get, "/api/v1/annual_reports/:year/state", Auth::user, "read:accounts", &show_annual_report_state},
    {Method::post, "/api/v1/annual_reports/:year/generate", Auth::user, "write:accounts", &generate_annual_report},
    {Method::post, "/api/v1/annual_reports/:year/read", Auth::user, "write:accounts", &read_annual_report},
};

}  // namespace

std::span<const Route> annual_report_routes() {
  return kAnnualReportRoutes;
}

}  // namespace dunlin::api
