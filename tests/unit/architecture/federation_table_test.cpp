#include "source_dir.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace dunlin {

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(std::string(DUNLIN_SOURCE_DIR) + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Looks at all rows whose number begins with `prefix`, and returns how many there are.
int check_rows(const std::string& prefix) {
  const std::string table = read_file("docs/federation.md");
  const std::regex row(R"(\| )" + prefix + R"((\d+) \|.*\| ([^|]*) \|)");
  const std::regex path("`(tests/[^`]*)`");
  int rows = 0;
  for (auto it = std::sregex_iterator(table.begin(), table.end(), row); it != std::sregex_iterator(); ++it) {
    ++rows;
    const std::string number = (*it)[1];
    const std::string cell = (*it)[2];
    CAPTURE(prefix, number);
    CHECK_FALSE(cell.empty());
    const std::regex quoted("(^|[^0-9A-Za-z.])" + prefix + number + "([^0-9]|$)");
    for (auto file = std::sregex_iterator(cell.begin(), cell.end(), path); file != std::sregex_iterator(); ++file) {
      CAPTURE((*file)[1]);
      CHECK(std::regex_search(read_file((*file)[1]), quoted));
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("every row of docs/federation.md names tests that quote its number, or says why there is none",
          "[architecture][federation]") {
  CHECK(check_rows("8\\.") == 111);
  CHECK(check_rows("R") == 32);
}

}  // namespace dunlin
