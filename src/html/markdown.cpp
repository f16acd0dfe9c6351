#include "dunlin/html/markup.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <cstdlib>
#include <memory>
#include <vector>

namespace dunlin::html {

namespace {

constexpr const char* kExtensions[] = {"strikethrough", "table"};

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeParser {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};
struct Free {
  void operator()(char* text) const { std::free(text); }
};

// A line break that was typed is meant: this is no text file with a fixed width.
constexpr int kOptions = CMARK_OPT_UNSAFE | CMARK_OPT_HARDBREAKS | CMARK_OPT_VALIDATE_UTF8;

using Parser = std::unique_ptr<cmark_parser, FreeParser>;
using Document = std::unique_ptr<cmark_node, FreeNode>;

Parser open_parser() {
  // The registry of extensions is process-wide and filled once, whichever thread comes first.
  static const bool registered = (cmark_gfm_core_extensions_ensure_registered(), true);
  static_cast<void>(registered);
  Parser parser(cmark_parser_new(kOptions));
  for (const char* name : kExtensions) {
    if (auto* extension = cmark_find_syntax_extension(name)) {
      cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
  }
  return parser;
}

Document parse(cmark_parser* parser, std::string_view text) {
  cmark_parser_feed(parser, text.data(), text.size());
  return Document(cmark_parser_finish(parser));
}

std::string render(cmark_parser* parser, cmark_node* document) {
  const std::unique_ptr<char, Free> html(
      cmark_render_html(document, kOptions, cmark_parser_get_syntax_extensions(parser)));
  return html.get();
}

/// In the place of a node of HTML.
void put_text(cmark_node* html) {
  cmark_node* text = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(text, cmark_node_get_literal(html));
  cmark_node* block = text;
  if (cmark_node_get_type(html) == CMARK_NODE_HTML_BLOCK) {
    block = cmark_node_new(CMARK_NODE_PARAGRAPH);
    cmark_node_append_child(block, text);
  }
  cmark_node_replace(html, block);
  cmark_node_free(html);
}

std::vector<cmark_node*> list_html(cmark_node* document) {
  std::vector<cmark_node*> found;
  const std::unique_ptr<cmark_iter, FreeIterator> nodes(cmark_iter_new(document));
  while (cmark_iter_next(nodes.get()) != CMARK_EVENT_DONE) {
    cmark_node* node = cmark_iter_get_node(nodes.get());
    const auto type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) found.push_back(node);
  }
  return found;
}

}  // namespace

std::string markdown_to_html(std::string_view text) {
  const Parser parser = open_parser();
  const Document document = parse(parser.get(), text);
  return render(parser.get(), document.get());
}

std::string foreign_markdown_to_html(std::string_view text) {
  const Parser parser = open_parser();
  const Document document = parse(parser.get(), text);
  for (cmark_node* node : list_html(document.get())) put_text(node);
  return render(parser.get(), document.get());
}

}  // namespace dunlin::html
