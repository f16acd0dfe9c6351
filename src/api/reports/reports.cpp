#include "dunlin/service/reports.hpp"

#include "handlers.hpp"
#include "lists.hpp"
#include "tables.hpp"

#include "dunlin/api/entities/report.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <charconv>

namespace dunlin::api {

namespace {

/// Those that are numbers, each once.
std::vector<std::int64_t> read_numbers(const http::Params& params, std::string_view name) {
  std::vector<std::int64_t> numbers;
  for (const auto& text : params.list(name)) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

Result<http::Response> file_report(Call& call) {
  const auto& params = call.params();
  const auto target = AccountId::parse(TRY(params.required("account_id")));
  if (!target) return fail(Errc::not_found, "Record not found");
  std::vector<StatusId> statuses;
  for (const auto id : read_numbers(params, "status_ids")) statuses.push_back(StatusId{id});
  const auto category = params.text("category").value_or("");
  const service::NewReport report{.target = *target,
                                  .statuses = std::move(statuses),
                                  .collections = read_numbers(params, "collection_ids"),
                                  .rules = read_numbers(params, "rule_ids"),
                                  .comment = params.text("comment").value_or(""),
                                  .category = model::parse_report_category(category),
                                  .forward = params.boolean("forward").value_or(false),
                                  .forward_to = params.list("forward_to_domains"),
                                  .application = call.bearer()->token.application_id};
  if (!category.empty() && !report.category) {
    return fail(Errc::invalid, "Validation failed: Category is not included in the list");
  }
  const auto filed = TRY(call.services().reports.file(call.tx(), call.viewer(), report));
  const auto account = store::find_account(call.tx(), filed.target_account_id);
  if (!account) return fail(Errc::not_found, "Record not found");
  json::Writer out;
  entities::render_report(out, filed, one_account(call, *account));
  return call.json(out.take());
}

namespace {

constexpr Route kReportRoutes[] = {
    {http::Method::post, "/api/v1/reports", Auth::user, "write:reports", &file_report},
};

}  // namespace

std::span<const Route> report_routes() {
  return kReportRoutes;
}

}  // namespace dunlin::api
