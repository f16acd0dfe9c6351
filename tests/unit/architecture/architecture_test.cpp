#include "source_dir.hpp"
#include "source_tree.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace dunlin::architecture;
using Lines = std::vector<std::string>;

namespace {

const std::filesystem::path kRoot = DUNLIN_SOURCE_DIR;

/// docs/architecture.md. A library uses those above it, and only those that CMakeLists.txt names for it.
const std::vector<std::string> kLayers = {
    "base",  "json",    "media_worker", "crypto", "config",      "model", "db",  "store",     "jobs", "html",
    "media", "service", "feed",         "http",   "activitypub", "api",   "web", "streaming", "net",  "daemon"};

const std::vector<SourceFile>& tree() {
  static const auto kFiles = read_source_tree(kRoot);
  return kFiles;
}

const std::vector<Library>& libraries() {
  static const auto kLibraries = [] {
    std::ifstream stream(kRoot / "CMakeLists.txt");
    return read_libraries({std::istreambuf_iterator<char>(stream), {}});
  }();
  return kLibraries;
}

/// Which third-party headers may stand where. `allowed` gets a file and answers.
struct ThirdParty {
  std::string_view prefix;
  std::string_view rule;
  bool (*allowed)(const SourceFile&);
};

constexpr ThirdParty kThirdParty[] = {
    {"spdlog/", "spdlog stands in src/base/log.cpp only",
     [](const SourceFile& f) { return f.path == "src/base/log.cpp"; }},
    {"pqxx/", "pqxx stands in src/db only", [](const SourceFile& f) { return !f.is_public && f.library == "db"; }},
    {"libpq", "libpq stands in src/db only", [](const SourceFile& f) { return !f.is_public && f.library == "db"; }},
    {"boost/", "Boost stands in src/net only", [](const SourceFile& f) { return !f.is_public && f.library == "net"; }},
    {"nlohmann/json.hpp", "nlohmann/json.hpp stands in no header", [](const SourceFile& f) { return !f.is_header; }},
    {"toml++/", "tomlplusplus stands in src/config only",
     [](const SourceFile& f) { return !f.is_public && f.library == "config"; }},
    {"openssl/", "OpenSSL stands in no header of include/", [](const SourceFile& f) { return !f.is_public; }},
    {"CLI/", "CLI11 stands in src/daemon only",
     [](const SourceFile& f) { return !f.is_public && f.library == "daemon"; }},
    {"qrencode.h", "libqrencode stands in src/web/qr_code.cpp only",
     [](const SourceFile& f) { return f.path == "src/web/qr_code.cpp"; }},
    {"libpsl.h", "libpsl stands in src/activitypub/resolve/host_budget.cpp only",
     [](const SourceFile& f) { return f.path == "src/activitypub/resolve/host_budget.cpp"; }},
    {"gumbo.h", "Gumbo stands in src/html only",
     [](const SourceFile& f) { return !f.is_public && f.library == "html"; }},
    {"curl/", "libcurl stands in src/net only", [](const SourceFile& f) { return !f.is_public && f.library == "net"; }},
    {"cmark-gfm.h", "cmark-gfm stands in src/html only",
     [](const SourceFile& f) { return !f.is_public && f.library == "html"; }},
    {"unicode/", "ICU stands in no header of include/", [](const SourceFile& f) { return !f.is_public; }},
    {"argon2.h", "Argon2 stands in src/crypto only",
     [](const SourceFile& f) { return !f.is_public && f.library == "crypto"; }},
    {"prometheus/", "prometheus-cpp stands in src/daemon only",
     [](const SourceFile& f) { return !f.is_public && f.library == "daemon"; }},
    {"vips/", "libvips stands in src/media_worker only",
     [](const SourceFile& f) { return !f.is_public && f.library == "media_worker"; }},
    {"seccomp.h", "libseccomp stands in src/media_worker only",
     [](const SourceFile& f) { return !f.is_public && f.library == "media_worker"; }},
    {"regex", "<regex> costs three seconds a file: not used", [](const SourceFile&) { return false; }},
    {"boost/asio.hpp", "Asio's umbrella header is not used", [](const SourceFile&) { return false; }},
    {"boost/beast.hpp", "Beast's umbrella header is not used", [](const SourceFile&) { return false; }},
};

/// A rule for a whole name ("regex") or for all below a folder or prefix.
bool concerns(std::string_view prefix, std::string_view target) {
  return prefix.ends_with('/') || prefix == "libpq" ? target.starts_with(prefix) : target == prefix;
}

}  // namespace

TEST_CASE("the build names the libraries in the order of their layers", "[architecture]") {
  std::vector<std::string> names;
  std::ranges::transform(libraries(), std::back_inserter(names), &Library::name);
  CHECK(names == kLayers);

  std::set<std::string> lower;
  for (const auto& library : libraries()) {
    for (const auto& used : library.uses) {
      INFO(library.name << " uses " << used);
      CHECK(lower.contains(used));
    }
    lower.insert(library.name);
  }
}

TEST_CASE("every folder of src and include is a library", "[architecture]") {
  Lines strangers;
  for (const auto& file : tree()) {
    if (std::ranges::find(kLayers, file.library) == kLayers.end()) strangers.push_back(file.path);
  }
  CHECK(strangers == Lines{});
  CHECK_FALSE(tree().empty());
}

TEST_CASE("a library includes only public headers of the libraries it uses", "[architecture]") {
  std::map<std::string, std::set<std::string>> uses;
  for (const auto& library : libraries()) uses[library.name] = library.uses;

  Lines wrong;
  for (const auto& file : tree()) {
    for (const auto& include : file.includes) {
      if (include.angled) {
        if (include.target.starts_with("dunlin/"))
          wrong.push_back(file.at(include) + ": our own headers stand in quotes");
        continue;
      }
      const auto target = resolve(file, include, kRoot);
      const auto found = std::ranges::find(tree(), target, &SourceFile::path);
      if (found == tree().end()) {
        wrong.push_back(file.at(include) + ": no such header " + include.target);
      } else if (found->library != file.library && !found->is_public) {
        wrong.push_back(file.at(include) + ": " + target + " is private to " + found->library);
      } else if (found->library != file.library && !uses[file.library].contains(found->library)) {
        wrong.push_back(file.at(include) + ": " + file.library + " may not use " + found->library);
      } else if (file.is_public && !found->is_public) {
        wrong.push_back(file.at(include) + ": a public header includes the private " + target);
      }
    }
  }
  CHECK(wrong == Lines{});
}

TEST_CASE("third-party headers stand where they belong", "[architecture]") {
  Lines wrong;
  for (const auto& file : tree()) {
    for (const auto& include : file.includes) {
      for (const auto& rule : kThirdParty) {
        if (concerns(rule.prefix, include.target) && !rule.allowed(file)) {
          wrong.push_back(file.at(include) + ": " + std::string(rule.rule));
        }
      }
    }
  }
  CHECK(wrong == Lines{});
}

TEST_CASE("no headers include each other in a circle", "[architecture]") {
  std::map<std::string, std::vector<std::string>> includes;
  for (const auto& file : tree()) {
    for (const auto& include : file.includes) {
      if (const auto target = resolve(file, include, kRoot); !target.empty()) includes[file.path].push_back(target);
    }
  }
  CHECK(find_cycle(includes) == Lines{});
}

TEST_CASE("the reader of includes sees all forms and nothing else", "[architecture]") {
  const auto found =
      read_includes("#include <a/b.hpp>\n  #  include \"c.hpp\"  // why\n// #include <x>\n#define include\n#include\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].target == "a/b.hpp");
  CHECK(found[0].angled);
  CHECK(found[1].target == "c.hpp");
  CHECK_FALSE(found[1].angled);
  CHECK(found[1].line == 2);
}

TEST_CASE("what a library uses includes what that uses", "[architecture]") {
  const auto found =
      read_libraries("dunlin_library(a LINKS x::y)\ndunlin_library(b USES a LINKS z)\ndunlin_library(c USES b)\n");
  REQUIRE(found.size() == 3);
  CHECK(found[1].uses == std::set<std::string>{"a"});
  CHECK(found[2].uses == std::set<std::string>{"a", "b"});
}

TEST_CASE("a circle is found and named", "[architecture]") {
  CHECK(find_cycle({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}) == Lines{"b", "c", "b"});
  CHECK(find_cycle({{"a", {"b", "c"}}, {"b", {"c"}}}).empty());
}
