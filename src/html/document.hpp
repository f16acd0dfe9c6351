#pragma once

#include <gumbo.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::html {

class Arena;

/// A fragment parsed by Gumbo, in memory and time that are bounded: 32 MiB and 100 ms of CPU.
class Document {
 public:
  /// nullopt when a bound was hit. Input beyond 1 MiB is cut.
  static std::optional<Document> parse(std::string_view html);
  Document(Document&&) noexcept;
  ~Document();

  [[nodiscard]] const GumboNode& root() const { return *root_; }

 private:
  Document(std::unique_ptr<std::string> text, std::unique_ptr<Arena> arena, const GumboNode* root);

  std::unique_ptr<std::string> text_;  // nodes point into it
  std::unique_ptr<Arena> arena_;
  const GumboNode* root_;
};

/// The text between what looks like tags, valid UTF-8: for what could not be parsed, which is hostile or broken.
std::string without_tags(std::string_view html);

/// Lower case; empty when the element has no known or readable name.
std::string tag_name(const GumboElement& element);
/// "" when absent.
std::string_view attribute(const GumboElement& element, const char* name);
bool has_attribute(const GumboElement& element, const char* name);

/// What walk() reports, in document order.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void text(std::string_view text) = 0;
  /// An HTML element begins; false = skip what is inside (leave is not called then).
  virtual bool enter(const GumboElement& element, std::string_view name) = 0;
  virtual void leave(std::string_view name) = 0;
  /// True stops the walk; leave is called for what is open.
  [[nodiscard]] virtual bool is_full() const = 0;
};

/// Visits text and HTML elements without recursion. Never reported: elements that are dropped with their content, SVG,
/// comments. MathML is reported as text: its TeX annotation as `$...$`, else the text in it.
void walk(const GumboNode& root, Visitor& visitor);

}  // namespace dunlin::html
