#include "dunlin/html/sanitize.hpp"

#include "allow_list.hpp"
#include "document.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::html {
namespace {

using std::string_view;

struct Limits {
  std::size_t nodes = 50'000;
  std::size_t depth = 100;
  std::size_t output_bytes = std::size_t{1024} * 1024;
  std::size_t text_bytes = std::size_t{1024} * 1024;
};

constexpr string_view kSpaces = " \t\n\r\f";

bool is_blank(string_view text) {
  return text.find_first_not_of(kSpaces) == string_view::npos;
}

/// Writes the allowed part of a document. What it writes nests such that a parser reads back the very same tree, which
/// is what makes sanitising idempotent and leaves mutation attacks nothing to mutate: no block in a paragraph, no link
/// in a link, list items in lists only.
class Sanitizer final : public Visitor {
 public:
  explicit Sanitizer(const Limits& limits) : limits_(limits) {}

  void text(string_view text) override {
    if (is_blank(text)) {
      if (!opened_.empty() && is_table_part(opened_.back().source)) return;
    } else {
      begin_inline();
      at_line_start_ = false;
    }
    const std::size_t room = limits_.text_bytes - text_bytes_;
    if (text.size() > room) {
      text = text::truncate_utf8(text, room);
      full_ = true;
    }
    text_bytes_ += text.size();
    // A parser drops the first line feed of <pre>: write one for it to drop.
    if (out_.ends_with("<pre>") && text.starts_with('\n')) out_ += '\n';
    append_text(out_, text);
    count_node();
  }

  bool enter(const GumboElement& element, string_view name) override {
    const TagKind kind = kind_of(name);
    switch (kind) {
      case TagKind::media:
        write_media(element, name);
        return false;
      case TagKind::inline_:
      case TagKind::block:
        if (name == "br" || name == "hr") {
          write_void(name);
          return false;
        }
        if (may_open(element, name, kind)) {
          open(name, kind, kept_attributes(element, name));
        } else {
          skip_tag(name, kind == TagKind::block);
        }
        return true;
      case TagKind::line:
      case TagKind::row:
        skip_tag(name, true);
        return true;
      case TagKind::cell:
        begin_cell();
        skip_tag(name, false);
        return true;
      case TagKind::transparent:
        break;
    }
    skip_tag(name, false);
    return true;
  }

  void leave(string_view) override {
    const Opened last = opened_.back();
    opened_.pop_back();
    if (last.written) {
      close(last);
    } else if (last.is_line) {
      break_line();
    }
  }

  [[nodiscard]] bool is_full() const override { return full_ || out_.size() > limits_.output_bytes; }

  std::string take() { return std::move(out_); }

 private:
  struct Opened {
    std::string source;  // the element's name
    bool written;
    bool is_line;
    bool is_block;
    unsigned cells = 0;
  };

  [[nodiscard]] bool is_open(string_view name) const { return std::ranges::find(written_, name) != written_.end(); }

  [[nodiscard]] bool may_open(const GumboElement& element, string_view name, TagKind kind) const {
    const string_view parent = written_.empty() ? string_view() : string_view(written_.back());
    if (written_.size() >= limits_.depth) return false;
    if (name == "a" && clean_href(attribute(element, "href")).empty()) return false;
    if (is_unique(name) && is_open(name)) return false;
    if (kind == TagKind::block && is_open("p")) return false;
    if (is_heading(name) && std::ranges::any_of(written_, is_heading)) return false;
    if (name == "li") return parent == "ul" || parent == "ol";
    if (name == "rt" || name == "rp") return parent == "ruby";
    return true;
  }

  void open(string_view name, TagKind kind, const std::string& attributes) {
    if (kind == TagKind::block) {
      begin_block();
    } else {
      begin_inline();
    }
    out_ += '<';
    out_ += name;
    out_ += attributes;
    out_ += '>';
    opened_.push_back(
        {.source = std::string(name), .written = true, .is_line = false, .is_block = kind == TagKind::block});
    written_.emplace_back(name);
    count_node();
  }

  void close(const Opened& last) {
    out_ += "</" + last.source + ">";
    written_.pop_back();
    if (last.is_block) begin_block();
  }

  void skip_tag(string_view name, bool is_line) {
    if (is_line) break_line();
    opened_.push_back({.source = std::string(name), .written = false, .is_line = is_line, .is_block = false});
  }

  void write_void(string_view name) {
    const bool is_rule = name == "hr";
    if (is_rule && is_open("p")) {
      break_line();
      return;
    }
    out_ += is_rule ? "<hr />" : "<br />";
    begin_block();
    count_node();
  }

  void begin_cell() {
    if (opened_.empty() || opened_.back().source != "tr") return;
    if (opened_.back().cells++ > 0) text(" | ");
  }

  /// Custom emoji are their shortcode; other pictures, sound and film a link.
  void write_media(const GumboElement& element, string_view name) {
    const string_view alt = attribute(element, "alt");
    const bool is_picture = name == "img";
    const bool is_emoji = is_picture && is_emoji_image(element);
    const std::string href = clean_web_href(media_source(element));
    if (is_emoji || href.empty() || is_open("a") || written_.size() >= limits_.depth) {
      if (!alt.empty()) text(alt);
      return;
    }
    open("a", TagKind::inline_, link_attributes(href));
    text(is_blank(alt) ? string_view(href) : alt);
    leave("a");
  }

  /// Its own `src`, else that of its first <source>.
  static string_view media_source(const GumboElement& element) {
    const string_view own = attribute(element, "src");
    if (!own.empty()) return own;
    for (unsigned i = 0; i < element.children.length; ++i) {
      const auto& child = *static_cast<const GumboNode*>(element.children.data[i]);
      if (child.type == GUMBO_NODE_ELEMENT && child.v.element.tag == GUMBO_TAG_SOURCE)
        return attribute(child.v.element, "src");
    }
    return {};
  }

  void break_line() { break_pending_ |= !at_line_start_; }
  void begin_inline() {
    if (!break_pending_) return;
    out_ += "<br />";
    begin_block();
    count_node();
  }
  void begin_block() {
    break_pending_ = false;
    at_line_start_ = true;
  }
  void count_node() { full_ |= ++nodes_ >= limits_.nodes; }

  const Limits limits_;
  std::string out_;
  std::vector<Opened> opened_;        // elements of the document
  std::vector<std::string> written_;  // those that are open in the output
  std::size_t nodes_ = 0;
  std::size_t text_bytes_ = 0;
  bool at_line_start_ = true;
  bool break_pending_ = false;
  bool full_ = false;
};

std::string sanitize(string_view html, const Limits& limits) {
  const auto document = Document::parse(html);
  if (!document) {
    constexpr std::size_t kLongestEscape = 5;  // "&amp;"
    const std::string text = without_tags(html);
    std::string out;
    append_text(out, text::truncate_utf8(text, std::min(limits.text_bytes, limits.output_bytes / kLongestEscape)));
    return out;
  }
  Sanitizer sanitizer(limits);
  walk(document->root(), sanitizer);
  return sanitizer.take();
}

}  // namespace

std::string sanitize_status_html(string_view remote_html) {
  return sanitize(remote_html, Limits{});
}

std::string sanitize_note_html(string_view remote_html) {
  return sanitize(remote_html, Limits{.nodes = 5'000, .output_bytes = std::size_t{512} * 1024, .text_bytes = 80'000});
}

}  // namespace dunlin::html
