#include "dunlin/html/page_info.hpp"

#include "allow_list.hpp"
#include "charset.hpp"
#include "document.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace dunlin::html {

namespace {

using std::string_view;

constexpr std::size_t kMaxTitle = 300;
constexpr std::size_t kMaxDescription = 500;
constexpr std::size_t kMaxName = 150;
constexpr std::size_t kMaxAddressBytes = 2048;
constexpr std::size_t kMaxLinkedData = 4;
constexpr std::size_t kMaxLinkedDataBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxNodes = 100'000;
// Where a page is cut that is too much for the parser as a whole.
constexpr std::size_t kHeadBytes[] = {std::size_t{96} * 1024, std::size_t{16} * 1024, std::size_t{2} * 1024};
constexpr int kMaxPixels = 20'000;

int read_size(string_view text) {
  text = text::trim(text);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value > 0 && value <= kMaxPixels ? value : 0;
}

std::string text_of(const GumboElement& element) {
  std::string out;
  for (unsigned i = 0; i < element.children.length; ++i) {
    const auto& child = *static_cast<const GumboNode*>(element.children.data[i]);
    if (child.type == GUMBO_NODE_TEXT || child.type == GUMBO_NODE_WHITESPACE || child.type == GUMBO_NODE_CDATA) {
      out += child.v.text.text;
    }
  }
  return out;
}

bool has_token(string_view list, string_view token) {
  return std::ranges::any_of(text::split(list, ' '),
                             [&](string_view found) { return text::equals_ignore_case(found, token); });
}

/// Reads the elements that say something; the first that says a thing counts, OpenGraph before the others.
class Reader {
 public:
  void read(const GumboNode& root) {
    std::vector<const GumboNode*> stack{&root};
    std::size_t nodes = 0;
    while (!stack.empty() && ++nodes < kMaxNodes) {
      const GumboNode& node = *stack.back();
      stack.pop_back();
      if (node.type != GUMBO_NODE_ELEMENT) continue;
      const GumboElement& element = node.v.element;
      visit(element);
      for (unsigned i = element.children.length; i > 0; --i) {
        stack.push_back(static_cast<const GumboNode*>(element.children.data[i - 1]));
      }
    }
  }

  PageInfo take() {
    PageInfo info = std::move(info_);
    info.title = clean_page_text(first({og_title_, twitter_title_, title_}), kMaxTitle);
    info.description = clean_page_text(first({og_description_, twitter_description_, description_}), kMaxDescription);
    info.image = first({info.image, twitter_image_});
    info.image_description = clean_page_text(first({info.image_description, twitter_image_alt_}), kMaxDescription);
    info.canonical = first({canonical_, og_url_});
    info.site_name = clean_page_text(info.site_name, kMaxName);
    info.author = clean_page_text(info.author, kMaxName);
    return info;
  }

 private:
  static std::string first(std::initializer_list<string_view> texts) {
    for (const string_view text : texts) {
      if (!text::trim(text).empty()) return std::string(text);
    }
    return {};
  }
  static void note(std::string& place, string_view value) {
    if (place.empty()) place = text::trim(value);
  }
  static void note_address(std::string& place, string_view value) {
    value = text::trim(value);
    if (place.empty() && value.size() <= kMaxAddressBytes) place = value;
  }
  static void note_size(int& place, string_view value) {
    if (place == 0) place = read_size(value);
  }

  void visit(const GumboElement& element) {
    switch (element.tag) {
      case GUMBO_TAG_META:
        return visit_meta(element);
      case GUMBO_TAG_LINK:
        return visit_link(element);
      case GUMBO_TAG_TITLE:
        if (element.tag_namespace == GUMBO_NAMESPACE_HTML) note(title_, text_of(element));
        return;
      case GUMBO_TAG_HTML:
        return note(info_.language, attribute(element, "lang"));
      case GUMBO_TAG_SCRIPT:
        if (text::equals_ignore_case(text::trim(attribute(element, "type")), "application/ld+json")) {
          std::string data = text_of(element);
          if (info_.linked_data.size() < kMaxLinkedData && data.size() <= kMaxLinkedDataBytes) {
            info_.linked_data.push_back(std::move(data));
          }
        }
        return;
      default:
        return;
    }
  }

  void visit_link(const GumboElement& element) {
    const string_view rel = attribute(element, "rel");
    const string_view href = attribute(element, "href");
    if (has_token(rel, "canonical")) note_address(canonical_, href);
    if (has_token(rel, "alternate") &&
        text::equals_ignore_case(text::trim(attribute(element, "type")), "application/json+oembed")) {
      note_address(info_.oembed, href);
    }
  }

  void visit_meta(const GumboElement& element) {
    string_view name = attribute(element, "property");
    if (name.empty()) name = attribute(element, "name");
    const string_view value = attribute(element, "content");
    if (name.empty()) {
      if (text::equals_ignore_case(attribute(element, "http-equiv"), "content-language")) note(info_.language, value);
      return;
    }
    const std::string key = text::to_lower_ascii(text::trim(name));
    if (key.starts_with("og:")) {
      visit_open_graph(string_view(key).substr(3), value);
    } else if (key.starts_with("twitter:")) {
      visit_twitter(string_view(key).substr(8), value);
    } else if (key == "description") {
      note(description_, value);
    } else if (key == "author" || key == "article:author") {
      if (!text::starts_with_ignore_case(value, "http")) note(info_.author, value);
    } else if (key == "article:published_time") {
      note(info_.published, value);
    } else if (key == "fediverse:creator") {
      note(info_.creator, value);
    }
  }

  void visit_open_graph(string_view key, string_view value) {
    if (key == "title") {
      note(og_title_, value);
    } else if (key == "description") {
      note(og_description_, value);
    } else if (key == "type") {
      note(info_.type, text::to_lower_ascii(value));
    } else if (key == "url") {
      note_address(og_url_, value);
    } else if (key == "site_name") {
      note(info_.site_name, value);
    } else if (key == "image" || key == "image:url" || key == "image:secure_url") {
      note_address(info_.image, value);
    } else if (key == "image:alt") {
      note(info_.image_description, value);
    } else if (key == "image:width") {
      note_size(info_.image_width, value);
    } else if (key == "image:height") {
      note_size(info_.image_height, value);
    }
  }

  void visit_twitter(string_view key, string_view value) {
    if (key == "title") {
      note(twitter_title_, value);
    } else if (key == "description") {
      note(twitter_description_, value);
    } else if (key == "image" || key == "image:src") {
      note_address(twitter_image_, value);
    } else if (key == "image:alt") {
      note(twitter_image_alt_, value);
    } else if (key == "player") {
      note_address(info_.player, value);
    } else if (key == "player:width") {
      note_size(info_.player_width, value);
    } else if (key == "player:height") {
      note_size(info_.player_height, value);
    }
  }

  PageInfo info_;
  std::string title_, og_title_, twitter_title_;
  std::string description_, og_description_, twitter_description_;
  std::string twitter_image_, twitter_image_alt_;
  std::string canonical_, og_url_;
};

std::optional<Document> parse_page(string_view text) {
  if (auto whole = Document::parse(text)) return whole;
  for (const std::size_t bytes : kHeadBytes) {
    if (auto head = Document::parse(text::truncate_utf8(text, bytes))) return head;
  }
  return std::nullopt;
}

}  // namespace

std::string clean_page_text(string_view text, std::size_t most_graphemes) {
  // Many pages escape twice; and a title with markup in it is no title.
  const std::string plain = text.find_first_of("&<") == string_view::npos ? std::string(text) : to_plain_text(text);
  std::string line = clean_line(plain);
  const auto doubled = std::ranges::unique(line, [](char a, char b) { return a == ' ' && b == ' '; });
  line.erase(doubled.begin(), doubled.end());
  return std::string(text::truncate_graphemes(line, most_graphemes));
}

PageInfo read_page_info(string_view body, string_view content_type) {
  const auto document = parse_page(decode_page(body, content_type));
  if (!document) return {};
  Reader reader;
  reader.read(document->root());
  return reader.take();
}

Frame find_frame(string_view html) {
  const auto document = Document::parse(html);
  if (!document) return {};
  std::vector<const GumboNode*> stack{&document->root()};
  std::size_t nodes = 0;
  while (!stack.empty() && ++nodes < kMaxNodes) {
    const GumboNode& node = *stack.back();
    stack.pop_back();
    if (node.type != GUMBO_NODE_ELEMENT) continue;
    const GumboElement& element = node.v.element;
    if (element.tag == GUMBO_TAG_IFRAME) {
      const std::string src = clean_web_href(attribute(element, "src"));
      if (text::starts_with_ignore_case(src, "https://")) {
        return {src, read_size(attribute(element, "width")), read_size(attribute(element, "height"))};
      }
    }
    for (unsigned i = element.children.length; i > 0; --i) {
      stack.push_back(static_cast<const GumboNode*>(element.children.data[i - 1]));
    }
  }
  return {};
}

std::string render_frame(const Frame& frame) {
  if (frame.src.empty()) return {};
  std::string out = "<iframe";
  append_attribute(out, "src", frame.src);
  if (frame.width > 0) append_attribute(out, "width", std::to_string(frame.width));
  if (frame.height > 0) append_attribute(out, "height", std::to_string(frame.height));
  append_attribute(out, "frameborder", "0");
  append_attribute(out, "allowfullscreen", "true");
  append_attribute(out, "sandbox",
                   "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms");
  return out + "></iframe>";
}

}  // namespace dunlin::html
