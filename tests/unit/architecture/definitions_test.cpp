#include "definitions.hpp"

#include "source_dir.hpp"
#include "source_tree.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

using namespace dunlin::architecture;
using Names = std::vector<std::string>;

// Two types of one name in two files are one type to the linker: it keeps one destructor for both.
TEST_CASE("no two files define a type of the same name", "[architecture]") {
  std::map<std::string, Names> files;
  for (const auto& file : read_source_tree(DUNLIN_SOURCE_DIR)) {
    std::ifstream stream(std::filesystem::path(DUNLIN_SOURCE_DIR) / file.path);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    for (const auto& name : read_definitions(text)) files[name].push_back(file.path);
  }
  CHECK(files.contains("dunlin::net::Server::Impl"));
  CHECK(files.contains("dunlin::model::Visibility"));
  for (const auto& [name, places] : files) {
    INFO(name);
    CHECK(places == Names{places.front()});
  }
}

TEST_CASE("the reader of definitions tells them from all that looks like them", "[architecture]") {
  CHECK(read_definitions(R"(
    namespace a::b {
    struct One { struct Inner { int x = 1'000; }; };
    class Two final : public One { void f() { struct Local {}; } };
    enum class Three : char { x = '{', y = '}' };
    class Declared;
    template <class T> struct Four { T x; };
    template <> struct Four<int> {};
    namespace { struct Hidden {}; }
    namespace inner { union Five { int i; }; }
    struct Two::Impl { const char* text = "} struct Quoted {"; };
    /* struct Commented {}; */  // struct Commented {};
    struct tm now(struct tm when) { return when; }
    #define DUNLIN_X struct Macro {
    }  // namespace a::b
    struct Global { const char* raw = R"x(" struct Raw { )x"; };
  )") ==
        Names{"a::b::One", "a::b::Two", "a::b::Three", "a::b::Four", "a::b::inner::Five", "a::b::Two::Impl", "Global"});
}
