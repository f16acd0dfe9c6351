#include "dunlin/html/me_links.hpp"

#include "document.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>

namespace dunlin::html {

namespace {

constexpr std::size_t kMost = 500;

bool says_me(std::string_view rel) {
  std::string spaced(rel);
  std::ranges::replace_if(spaced, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\f'; }, ' ');
  return std::ranges::any_of(text::split(spaced, ' '), [](auto word) { return text::equals_ignore_case(word, "me"); });
}

const GumboVector* children_of(const GumboNode& node) {
  if (node.type == GUMBO_NODE_DOCUMENT) return &node.v.document.children;
  if (node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE) return &node.v.element.children;
  return nullptr;
}

}  // namespace

std::vector<std::string> collect_me_links(std::string_view html) {
  std::vector<std::string> found;
  const auto document = Document::parse(html);
  if (!document) return found;
  // A stack of our own: a page may nest as deep as it likes.
  std::vector<const GumboNode*> stack{&document->root()};
  while (!stack.empty() && found.size() < kMost) {
    const GumboNode& node = *stack.back();
    stack.pop_back();
    if (node.type == GUMBO_NODE_ELEMENT) {
      const auto& element = node.v.element;
      const bool is_link = element.tag == GUMBO_TAG_A || element.tag == GUMBO_TAG_LINK;
      if (is_link && says_me(attribute(element, "rel"))) found.emplace_back(attribute(element, "href"));
    }
    const auto* children = children_of(node);
    for (unsigned i = children == nullptr ? 0 : children->length; i > 0; --i) {
      stack.push_back(static_cast<const GumboNode*>(children->data[i - 1]));
    }
  }
  return found;
}

}  // namespace dunlin::html
