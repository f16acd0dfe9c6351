#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dunlin::architecture {

struct Include {
  std::string target;  // as written, without quotes or brackets
  bool angled = false;
  int line = 0;
};

/// One file of src/ or include/.
struct SourceFile {
  std::string path;     // from the root of the repository, e.g. "src/db/tx.cpp"
  std::string library;  // "db"
  bool is_header = false;
  bool is_public = false;  // under include/
  std::vector<Include> includes;

  [[nodiscard]] std::string at(const Include& include) const { return path + ":" + std::to_string(include.line); }
};

struct Library {
  std::string name;
  std::set<std::string> uses;  // with what these use, and so on
};

/// The includes of one text. Lines in comments and inactive branches count too.
std::vector<Include> read_includes(const std::string& text);
std::vector<SourceFile> read_source_tree(const std::filesystem::path& root);
/// The dunlin_library() lines of a CMakeLists.txt, in their order.
std::vector<Library> read_libraries(const std::string& cmake);
/// The repository's file that `include` in `file` means; empty for third party.
std::string resolve(const SourceFile& file, const Include& include, const std::filesystem::path& root);
/// The files of one circle of includes, first = last; empty when there is none.
std::vector<std::string> find_cycle(const std::map<std::string, std::vector<std::string>>& includes);

}  // namespace dunlin::architecture
