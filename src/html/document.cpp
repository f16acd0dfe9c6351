#include "document.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <ctime>
#include <iterator>
#include <memory>
#include <vector>

namespace dunlin::html {
namespace {

constexpr std::size_t kMaxInputBytes = std::size_t{1024} * 1024;
constexpr std::size_t kMaxArenaBytes = std::size_t{32} * 1024 * 1024;
constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
constexpr std::int64_t kMaxParseNanoseconds = 100'000'000;
constexpr unsigned kAllocationsPerClockRead = 128;

bool is_space(char c) {
  return c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/// CPU of this thread: being preempted does not count.
std::int64_t cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

/// Gumbo's memory. Some inputs make it quadratic (deep nesting, thousands of attributes in a tag, formatting elements
/// that are opened again in each paragraph); every such loop allocates, so the limits live here, and a parser that hits
/// one is left by longjmp. That is safe: Gumbo is C without clean-up of its own, and all it has is in the arena.
class Arena {
 public:
  std::jmp_buf escape{};

  void* allocate(std::size_t size) {
    size = (size + 15) & ~std::size_t{15};
    if (++allocations_ % kAllocationsPerClockRead == 0 && cpu_nanoseconds() - start_ > kMaxParseNanoseconds) give_up();
    if (size > kMaxArenaBytes - used_) give_up();
    used_ += size;
    if (size > left_) {
      const std::size_t chunk = std::max(size, kChunkBytes);
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
      next_ = chunks_.back().get();
      left_ = chunk;
    }
    void* out = next_;
    next_ += size;
    left_ -= size;
    return out;
  }

 private:
  [[noreturn]] void give_up() { std::longjmp(escape, 1); }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t used_ = 0;
  unsigned allocations_ = 0;
  std::int64_t start_ = cpu_nanoseconds();
};

namespace {

void* allocate(void* arena, std::size_t size) {
  return static_cast<Arena*>(arena)->allocate(size);
}
void release(void*, void*) {}

/// No object with a destructor may live here or below: longjmp would skip it.
const GumboOutput* parse_or_give_up(Arena& arena, const GumboOptions& options, const char* data, std::size_t size) {
  if (setjmp(arena.escape) != 0) return nullptr;
  return gumbo_parse_with_options(&options, data, size);
}

bool is_dropped(const GumboElement& element, std::string_view name) {
  if (element.tag_namespace == GUMBO_NAMESPACE_SVG) return true;
  constexpr std::string_view kDropped[] = {"script",   "style", "template", "iframe", "object", "svg",
                                           "form",     "input", "noscript", "embed",  "applet", "canvas",
                                           "frameset", "link",  "meta",     "base"};
  return std::ranges::find(kDropped, name) != std::end(kDropped);
}

/// All text below a node, or only below its first TeX annotation.
struct MathText {
  std::string all;
  std::string tex;
};

MathText read_math(const GumboNode& math) {
  constexpr std::size_t kMaxMathBytes = 16 * 1024;
  MathText out;
  struct Item {
    const GumboNode* node;
    bool in_annotation;
  };
  std::vector<Item> stack{{&math, false}};
  while (!stack.empty() && out.all.size() + out.tex.size() < kMaxMathBytes) {
    const Item item = stack.back();
    stack.pop_back();
    if (item.node->type == GUMBO_NODE_TEXT || item.node->type == GUMBO_NODE_WHITESPACE ||
        item.node->type == GUMBO_NODE_CDATA) {
      (item.in_annotation ? out.tex : out.all) += item.node->v.text.text;
    }
    if (item.node->type != GUMBO_NODE_ELEMENT) continue;
    const GumboElement& element = item.node->v.element;
    const std::string name = tag_name(element);
    if (name == "annotation-xml" || is_dropped(element, name)) continue;
    bool in_annotation = item.in_annotation;
    if (name == "annotation") {
      if (attribute(element, "encoding") != "application/x-tex" || !out.tex.empty()) continue;
      in_annotation = true;
    }
    for (unsigned i = element.children.length; i > 0; --i) {
      stack.push_back({static_cast<const GumboNode*>(element.children.data[i - 1]), in_annotation});
    }
  }
  return out;
}

void report_math(const GumboNode& math, Visitor& visitor) {
  const MathText found = read_math(math);
  const auto tex = text::trim(found.tex);
  visitor.text(tex.empty() ? found.all : "$" + std::string(tex) + "$");
}

}  // namespace

Document::Document(std::unique_ptr<std::string> text, std::unique_ptr<Arena> arena, const GumboNode* root)
    : text_(std::move(text)), arena_(std::move(arena)), root_(root) {}
Document::Document(Document&&) noexcept = default;
Document::~Document() = default;

std::optional<Document> Document::parse(std::string_view html) {
  auto text = std::make_unique<std::string>(text::to_valid_utf8(text::truncate_utf8(html, kMaxInputBytes)));
  // Gumbo would show them as U+FFFD.
  std::erase_if(*text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && !is_space(c)) || c == 0x7f; });
  auto arena = std::make_unique<Arena>();
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &allocate;
  options.deallocator = &release;
  options.userdata = arena.get();
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_BODY;
  const GumboOutput* output = parse_or_give_up(*arena, options, text->data(), text->size());
  if (output == nullptr) return std::nullopt;
  return Document(std::move(text), std::move(arena), output->root);
}

std::string without_tags(std::string_view html) {
  std::string text;
  bool in_tag = false;
  for (const char c : text::truncate_utf8(html, kMaxInputBytes)) {
    if (c == '<') {
      in_tag = true;
    } else if (c == '>' && in_tag) {
      in_tag = false;
    } else if (!in_tag) {
      text += c;
    }
  }
  return text::to_valid_utf8(text);
}

std::string tag_name(const GumboElement& element) {
  if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
  GumboStringPiece piece = element.original_tag;
  gumbo_tag_from_original_text(&piece);
  if (piece.data == nullptr) return {};
  return text::to_lower_ascii({piece.data, piece.length});
}

std::string_view attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found ? std::string_view(found->value) : std::string_view();
}

bool has_attribute(const GumboElement& element, const char* name) {
  return gumbo_get_attribute(&element.attributes, name) != nullptr;
}

void walk(const GumboNode& root, Visitor& visitor) {
  struct Frame {
    const GumboElement* element;
    unsigned next;
    std::string name;
  };
  std::vector<Frame> stack{{&root.v.element, 0, {}}};
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next == frame.element->children.length || visitor.is_full()) {
      if (stack.size() > 1) visitor.leave(frame.name);
      stack.pop_back();
      continue;
    }
    const auto& node = *static_cast<const GumboNode*>(frame.element->children.data[frame.next++]);
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE || node.type == GUMBO_NODE_CDATA) {
      visitor.text(node.v.text.text);
    }
    if (node.type != GUMBO_NODE_ELEMENT) continue;  // templates, comments
    const GumboElement& element = node.v.element;
    std::string name = tag_name(element);
    if (element.tag_namespace == GUMBO_NAMESPACE_MATHML) {
      report_math(node, visitor);
    } else if (!is_dropped(element, name) && visitor.enter(element, name)) {
      stack.push_back({&element, 0, std::move(name)});
    }
  }
}

}  // namespace dunlin::html
