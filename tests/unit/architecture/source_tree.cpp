#include "source_tree.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string_view>

namespace dunlin::architecture {

namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// "src/db/tx.cpp" and "include/dunlin/db/tx.hpp" belong to db.
std::string library_of(const std::string& path, std::string_view top) {
  const auto start = top.size() + 1;
  const auto slash = path.find('/', start);
  return slash == std::string::npos ? std::string() : path.substr(start, slash - start);
}

void read_folder(const fs::path& root, const std::string& top, bool is_public, std::vector<SourceFile>& files) {
  for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
    const auto extension = entry.path().extension();
    if (extension != ".hpp" && extension != ".cpp") continue;
    SourceFile file;
    file.path = fs::relative(entry.path(), root).generic_string();
    file.library = library_of(file.path, top);
    file.is_header = extension == ".hpp";
    file.is_public = is_public;
    file.includes = read_includes(read_file(entry.path()));
    files.push_back(std::move(file));
  }
}

}  // namespace

std::vector<Include> read_includes(const std::string& text) {
  std::vector<Include> includes;
  int line_number = 0;
  for (const auto line : text::split(text, '\n')) {
    ++line_number;
    auto rest = text::trim(line);
    if (!rest.starts_with('#')) continue;
    rest = text::trim(rest.substr(1));
    if (!rest.starts_with("include")) continue;
    rest = text::trim(rest.substr(7));
    if (rest.size() < 3 || (rest.front() != '<' && rest.front() != '"')) continue;
    const bool angled = rest.front() == '<';
    const auto end = rest.find(angled ? '>' : '"', 1);
    if (end == std::string_view::npos) continue;
    includes.push_back({.target = std::string(rest.substr(1, end - 1)), .angled = angled, .line = line_number});
  }
  return includes;
}

std::vector<SourceFile> read_source_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  read_folder(root, "include/dunlin", true, files);
  read_folder(root, "src", false, files);
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<Library> read_libraries(const std::string& cmake) {
  constexpr std::string_view kCall = "dunlin_library(";
  std::vector<Library> libraries;
  for (const auto line : text::split(cmake, '\n')) {
    if (!line.starts_with(kCall)) continue;
    std::istringstream words{std::string(line.substr(kCall.size(), line.find(')') - kCall.size()))};
    Library library;
    words >> library.name;
    bool in_uses = false;
    for (std::string word; words >> word;) {
      if (word == "USES" || word == "LINKS") {
        in_uses = word == "USES";
      } else if (in_uses) {
        library.uses.insert(word);
        const auto used = std::ranges::find(libraries, word, &Library::name);
        if (used != libraries.end()) library.uses.insert(used->uses.begin(), used->uses.end());
      }
    }
    libraries.push_back(std::move(library));
  }
  return libraries;
}

std::string resolve(const SourceFile& file, const Include& include, const fs::path& root) {
  if (include.angled) return {};
  if (include.target.starts_with("dunlin/")) return "include/" + include.target;
  const auto own = (fs::path(file.path).parent_path() / include.target).lexically_normal();
  if (fs::exists(root / own)) return own.generic_string();
  return (fs::path("src") / file.library / include.target).lexically_normal().generic_string();
}

std::vector<std::string> find_cycle(const std::map<std::string, std::vector<std::string>>& includes) {
  std::set<std::string> done;
  std::vector<std::string> trail;
  const std::function<bool(const std::string&)> visit = [&](const std::string& file) {
    if (const auto seen = std::ranges::find(trail, file); seen != trail.end()) {
      trail.erase(trail.begin(), seen);
      trail.push_back(file);
      return true;
    }
    if (done.contains(file)) return false;
    trail.push_back(file);
    if (const auto found = includes.find(file); found != includes.end()) {
      for (const auto& next : found->second) {
        if (visit(next)) return true;
      }
    }
    trail.pop_back();
    done.insert(file);
    return false;
  };
  for (const auto& [file, targets] : includes) {
    if (visit(file)) return trail;
  }
  return {};
}

}  // namespace dunlin::architecture
