#include "source_dir.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/web/routes.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace dunlin;

namespace {

/// An endpoint that clients know: tests/fixtures/api/rows.txt, all but the administration and what the edge serves.
struct Row {
  std::string method;
  std::string path;
  std::string auth;
  std::string scope;  // several, separated by commas: any one will do
};

std::vector<Row> read_rows() {
  std::ifstream file(DUNLIN_SOURCE_DIR "/tests/fixtures/api/rows.txt");
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    Row row;
    words >> row.method >> row.path >> row.auth >> row.scope;
    if (row.scope == "-") row.scope.clear();
    rows.push_back(std::move(row));
  }
  return rows;
}

/// "/a/{id}/b" and "/a/:id/b" are "/a/*/b".
std::string shape_of(std::string_view path) {
  std::string shape;
  for (const auto part : text::split(path.substr(1), '/')) {
    shape += '/';
    shape += part.starts_with('{') || part.starts_with(':') ? "*" : part;
  }
  return shape == "/nodeinfo/2.0" || shape == "/nodeinfo/2.1" ? "/nodeinfo/*" : shape;
}

/// PUT and PATCH are the same to the router when only one of them is there.
bool same_method(std::string_view method, http::Method of_route) {
  const bool changes = method == "PUT" || method == "PATCH";
  return changes ? of_route == http::Method::put || of_route == http::Method::patch
                 : method == http::to_string(of_route);
}

const api::Route* find_route(const Row& row) {
  for (const auto tables : {api::routes(), web::routes()}) {
    for (const auto table : tables) {
      for (const auto& route : table) {
        if (same_method(row.method, route.method) && shape_of(row.path) == shape_of(route.pattern)) return &route;
      }
    }
  }
  return nullptr;
}

std::string_view name_of(api::Auth auth) {
  switch (auth) {
    case api::Auth::pub:
      return "pub";
    case api::Auth::optional:
      return "opt";
    case api::Auth::app:
      return "app";
    case api::Auth::any:
      return "any";
    default:
      return "user";
  }
}

/// Pages that say who may come by a cookie instead.
bool is_page(std::string_view path) {
  return !path.starts_with("/api/");
}

}  // namespace

TEST_CASE("every endpoint that clients know is there", "[web][rows]") {
  const auto rows = read_rows();
  REQUIRE(rows.size() > 220);
  for (const auto& row : rows) {
    INFO(row.method << " " << row.path);
    CHECK(find_route(row) != nullptr);
  }
}

TEST_CASE("every endpoint wants the caller and the scope that clients know", "[web][rows]") {
  for (const auto& row : read_rows()) {
    const auto* route = find_route(row);
    if (route == nullptr || is_page(row.path)) continue;
    INFO(row.method << " " << row.path);
    CHECK(name_of(route->auth) == row.auth);
    CHECK(text::replace_all(std::string(route->scope), " ", ",") == row.scope);
  }
}
