#include "source_dir.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/config/config.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace dunlin;

namespace {

const std::filesystem::path kSource = DUNLIN_SOURCE_DIR;

/// With DUNLIN_TEST_UPDATE_DOCS set, the file is written first.
void check_generated(const std::filesystem::path& file, const std::string& content) {
  if (std::getenv("DUNLIN_TEST_UPDATE_DOCS") != nullptr) std::ofstream(file) << content;
  std::ifstream stream(file);
  const std::string found{std::istreambuf_iterator<char>(stream), {}};
  INFO(file << " is made from src/config/fields.cpp; DUNLIN_TEST_UPDATE_DOCS=1 build/debug/test_config writes it anew");
  CHECK(found == content);
}

}  // namespace

TEST_CASE("the documents are what the field table says", "[config]") {
  check_generated(kSource / "docs/config.md", config::reference_markdown());
  check_generated(kSource / "config/dunlin.example.toml", config::example_toml());
}

TEST_CASE("the example works as it stands, and with every default written out", "[config]") {
  const auto example = config::example_toml();
  REQUIRE(config::parse(example));

  std::string everything;
  for (const auto line : text::split(example, '\n')) {
    const auto key_end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 2);
    const bool is_setting =
        line.starts_with("# ") && key_end != std::string_view::npos && line.substr(key_end).starts_with(" = ");
    everything += std::string(is_setting ? line.substr(2) : line) + "\n";
  }
  const auto parsed = config::parse(everything);
  INFO((parsed ? std::string() : parsed.error().message));
  REQUIRE(parsed);
  CHECK(config::print(*parsed) == config::print(*config::parse(example)));
}
