#include "definitions.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <set>

namespace dunlin::architecture {

namespace {

/// Cuts a text into names (with their `::`) and single signs; comments, literals and preprocessor lines are left out.
class Tokens {
 public:
  explicit Tokens(const std::string& text) : text_(text) {}

  /// "" at the end.
  std::string next() {
    skip();
    if (at_ >= text_.size()) return {};
    if (!is_name(text_[at_])) return std::string(1, text_[at_++]);
    const auto begin = at_;
    while (at_ < text_.size() && (is_name(text_[at_]) || text_.compare(at_, 2, "::") == 0))
      at_ += is_name(text_[at_]) ? 1 : 2;
    return text_.substr(begin, at_ - begin);
  }

 private:
  static bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

  void skip_to_after(const std::string& end, std::size_t from) {
    const auto found = text_.find(end, from);
    at_ = found == std::string::npos ? text_.size() : found + end.size();
  }
  void skip_quoted(char quote) {
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) at_ += text_[at_] == '\\' ? 1 : 0;
    ++at_;
  }
  void skip_directive() {
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) at_ += text_[at_] == '\\' ? 1 : 0;
  }
  void skip() {
    for (; at_ < text_.size();) {
      const char c = text_[at_];
      const bool digit_before = at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0;
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++at_;
      } else if (text_.compare(at_, 2, "//") == 0) {
        skip_to_after("\n", at_);
      } else if (text_.compare(at_, 2, "/*") == 0) {
        skip_to_after("*/", at_);
      } else if (text_.compare(at_, 2, "R\"") == 0) {
        const auto open = text_.find('(', at_);
        skip_to_after(")" + text_.substr(at_ + 2, open - at_ - 2) + "\"", open);
      } else if (c == '#') {
        skip_directive();
      } else if (c == '"') {
        skip_quoted('"');
      } else if (c == '\'' && digit_before) {
        ++at_;  // 1'000
      } else if (c == '\'') {
        skip_quoted('\'');
      } else {
        return;
      }
    }
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

/// What one pair of braces encloses: a named namespace, or what is nobody else's business.
using Scope = std::optional<std::string>;

std::string qualified(const std::vector<Scope>& scopes, const std::string& name) {
  std::string out;
  for (const auto& scope : scopes) out += *scope + "::";
  return out + name;
}

}  // namespace

std::vector<std::string> read_definitions(const std::string& text) {
  static const std::set<std::string> kTypes{"class", "struct", "union", "enum"};
  std::vector<std::string> found;
  std::vector<Scope> scopes;
  std::vector<std::string> words;  // since the last ';', '{' or '}'
  Tokens tokens(text);
  for (auto token = tokens.next(); !token.empty(); token = tokens.next()) {
    if (token == "}") {
      if (!scopes.empty()) scopes.pop_back();
    } else if (token == "{") {
      const bool among_namespaces = std::ranges::all_of(scopes, [](const Scope& scope) { return scope.has_value(); });
      const auto space = std::ranges::find(words, "namespace");
      const auto type = std::ranges::find_if(words, [](const auto& word) { return kTypes.contains(word); });
      // A function may begin with `struct tm`, a template with `class`: those have parentheses or angles.
      const bool is_type = type != words.end() && std::ranges::find(words, "(") == words.end() &&
                           std::ranges::find(words, "=") == words.end();
      Scope scope;
      if (space != words.end() && space + 1 != words.end()) {
        scope = *(space + 1);
      } else if (is_type && among_namespaces) {
        auto name = type + 1;
        if (name != words.end() && (*name == "class" || *name == "struct")) ++name;
        const bool is_specialised = name != words.end() && name + 1 != words.end() && *(name + 1) == "<";
        if (name != words.end() && !is_specialised && *name != ":") found.push_back(qualified(scopes, *name));
      }
      scopes.push_back(std::move(scope));
    } else if (token != ";") {
      // `template <class T>` names no type of its own.
      if (token == ">" && !words.empty() && words.front() == "template") {
        words.clear();
        continue;
      }
      words.push_back(token);
      continue;
    }
    words.clear();
  }
  return found;
}

}  // namespace dunlin::architecture
