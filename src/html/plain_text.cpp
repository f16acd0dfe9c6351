#include "allow_list.hpp"
#include "document.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace dunlin::html {
namespace {

using std::string_view;

constexpr std::size_t kMaxTextBytes = std::size_t{1024} * 1024;

class TextReader final : public Visitor {
 public:
  void text(string_view text) override {
    if (preformatted_ > 0) {
      put(text);
      return;
    }
    for (const char c : text) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        space_pending_ = true;
      } else {
        put({&c, 1});
      }
    }
  }

  bool enter(const GumboElement& element, string_view name) override {
    const TagKind kind = kind_of(name);
    if (kind == TagKind::media) {
      text(attribute(element, "alt"));
      return false;
    }
    if (name == "br") {
      flush_breaks();
      out_ += '\n';
      space_pending_ = false;
      return false;
    }
    if (kind == TagKind::cell && cells_++ > 0) text(" | ");
    if (kind == TagKind::row) cells_ = 0;
    boundary(name, kind);
    if (name == "pre") ++preformatted_;
    return true;
  }

  void leave(string_view name) override {
    if (name == "pre") --preformatted_;
    boundary(name, kind_of(name));
  }

  [[nodiscard]] bool is_full() const override { return out_.size() > kMaxTextBytes; }

  std::string take() { return std::string(text::trim(out_)); }

 private:
  /// Paragraphs have an empty line between them, other blocks a line break.
  void boundary(string_view name, TagKind kind) {
    if (kind != TagKind::block && kind != TagKind::line && kind != TagKind::row) return;
    breaks_pending_ = std::max(breaks_pending_, name == "p" ? 2 : 1);
  }

  void flush_breaks() {
    if (breaks_pending_ > 0) {
      if (!out_.empty()) out_.append(static_cast<std::size_t>(breaks_pending_), '\n');
      breaks_pending_ = 0;
      space_pending_ = false;
    }
  }

  void put(string_view text) {
    flush_breaks();
    if (space_pending_ && !out_.empty() && !out_.ends_with('\n')) out_ += ' ';
    space_pending_ = false;
    std::ranges::copy_if(text, std::back_inserter(out_), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return (byte >= 0x20 && byte != 0x7f) || c == '\n' || c == '\t';
    });
  }

  std::string out_;
  int breaks_pending_ = 0;
  int preformatted_ = 0;
  unsigned cells_ = 0;
  bool space_pending_ = false;
};

/// Every text as it stands.
class RunReader final : public Visitor {
 public:
  void text(string_view text) override { out_ += text; }
  bool enter(const GumboElement&, string_view) override { return true; }
  void leave(string_view) override {}
  [[nodiscard]] bool is_full() const override { return out_.size() > kMaxTextBytes; }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class LinkReader final : public Visitor {
 public:
  explicit LinkReader(std::size_t limit) : limit_(limit) {}

  void text(string_view) override {}
  bool enter(const GumboElement& element, string_view name) override {
    if (name != "a") return true;
    std::string href = clean_web_href(attribute(element, "href"));
    if (href.empty()) return true;
    const bool is_hashtag = has_class(element, "hashtag") || text::equals_ignore_case(attribute(element, "rel"), "tag");
    const bool is_mention = has_class(element, "mention") && !is_hashtag;
    links_.push_back({.href = std::move(href), .is_mention = is_mention, .is_hashtag = is_hashtag});
    return true;
  }
  void leave(string_view) override {}
  [[nodiscard]] bool is_full() const override { return links_.size() >= limit_; }

  std::vector<Link> take() { return std::move(links_); }

 private:
  const std::size_t limit_;
  std::vector<Link> links_;
};

class ImageReader final : public Visitor {
 public:
  explicit ImageReader(std::size_t limit) : limit_(limit) {}

  void text(string_view) override {}
  bool enter(const GumboElement& element, string_view name) override {
    if (name != "img" || is_emoji_image(element) || is_pixel(element)) return true;
    std::string url = clean_web_href(attribute(element, "src"));
    if (url.empty() || std::ranges::find(images_, url, &Image::url) != images_.end()) return true;
    images_.push_back({.url = std::move(url), .description = clean_line(attribute(element, "alt"))});
    return true;
  }
  void leave(string_view) override {}
  [[nodiscard]] bool is_full() const override { return images_.size() >= limit_; }

  std::vector<Image> take() { return std::move(images_); }

 private:
  static bool is_pixel(const GumboElement& element) {
    const string_view width = attribute(element, "width");
    const string_view height = attribute(element, "height");
    return width == "0" || width == "1" || height == "0" || height == "1";
  }

  const std::size_t limit_;
  std::vector<Image> images_;
};

bool is_invisible(UChar32 c) {
  return u_charType(c) == U_FORMAT_CHAR;
}

}  // namespace

std::string to_plain_text(string_view html) {
  const auto document = Document::parse(html);
  if (!document) return std::string(text::trim(without_tags(html)));
  TextReader reader;
  walk(document->root(), reader);
  return reader.take();
}

std::string decode_entities(string_view text) {
  if (text.find('&') == string_view::npos) return std::string(text);
  // Within <pre> a parser keeps all blanks but one line feed at the start.
  const auto document = Document::parse("<pre>\n" + text::replace_all(std::string(text), "<", "&lt;"));
  if (!document) return std::string(text);
  RunReader reader;
  walk(document->root(), reader);
  return reader.take();
}

std::vector<Link> collect_links(string_view html, std::size_t limit) {
  const auto document = Document::parse(html);
  if (!document) return {};
  LinkReader reader(limit);
  walk(document->root(), reader);
  return reader.take();
}

std::vector<Image> collect_images(string_view html, std::size_t limit) {
  if (limit == 0) return {};
  const auto document = Document::parse(html);
  if (!document) return {};
  ImageReader reader(limit);
  walk(document->root(), reader);
  return reader.take();
}

std::string clean_line(string_view text) {
  const std::string valid = text::to_valid_utf8(text);
  const auto length = static_cast<std::int64_t>(valid.size());
  std::string out;
  int invisible_run = 0;
  for (std::int64_t i = 0; i < length;) {
    const std::int64_t start = i;
    UChar32 c = 0;
    U8_NEXT(valid.data(), i, length, c);
    const bool is_break = c == '\n' || c == '\r' || c == '\t' || c == 0x2028 || c == 0x2029;
    if (is_break) {
      if (!out.ends_with(' ')) out += ' ';
      invisible_run = 0;
      continue;
    }
    if (u_charType(c) == U_CONTROL_CHAR) continue;
    invisible_run = is_invisible(c) ? invisible_run + 1 : 0;
    if (invisible_run <= 2) out.append(valid, static_cast<std::size_t>(start), static_cast<std::size_t>(i - start));
  }
  return std::string(text::trim(out));
}

}  // namespace dunlin::html
