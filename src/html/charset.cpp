#include "charset.hpp"

#include "dunlin/base/text.hpp"

#include <unicode/unistr.h>

#include <array>
#include <utility>

namespace dunlin::html {

namespace {

using std::string_view;

constexpr std::size_t kMaxBytes = std::size_t{2} * 1024 * 1024;
constexpr std::size_t kPrescanBytes = 4096;

bool is_label_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':' || c == '.';
}

/// The value behind `charset=`, in a header or in the markup of a page; "" when there is none.
std::string charset_in(string_view text) {
  const std::string lower = text::to_lower_ascii(text);
  for (std::size_t at = lower.find("charset"); at != std::string::npos; at = lower.find("charset", at + 1)) {
    std::size_t i = at + 7;
    const auto skip_spaces = [&] {
      while (i < lower.size() && (lower[i] == ' ' || lower[i] == '\t')) ++i;
    };
    skip_spaces();
    if (i >= lower.size() || lower[i] != '=') continue;
    ++i;
    skip_spaces();
    if (i < lower.size() && (lower[i] == '"' || lower[i] == '\'')) ++i;
    std::size_t end = i;
    while (end < lower.size() && is_label_char(lower[end])) ++end;
    if (end > i) return lower.substr(i, end - i);
  }
  return {};
}

string_view charset_of_mark(string_view body) {
  if (body.starts_with("\xef\xbb\xbf")) return "utf-8";
  if (body.starts_with("\xfe\xff")) return "utf-16be";
  if (body.starts_with("\xff\xfe")) return "utf-16le";
  return {};
}

/// What browsers read under some labels is a larger set than the label says (WHATWG Encoding Standard 4.2).
string_view converter_for(string_view label) {
  static constexpr std::array<std::pair<string_view, string_view>, 16> kWider{{{"iso-8859-1", "windows-1252"},
                                                                               {"latin1", "windows-1252"},
                                                                               {"us-ascii", "windows-1252"},
                                                                               {"ascii", "windows-1252"},
                                                                               {"iso-8859-9", "windows-1254"},
                                                                               {"gb2312", "gb18030"},
                                                                               {"gbk", "gb18030"},
                                                                               {"x-gbk", "gb18030"},
                                                                               {"shift_jis", "windows-31j"},
                                                                               {"shift-jis", "windows-31j"},
                                                                               {"sjis", "windows-31j"},
                                                                               {"x-sjis", "windows-31j"},
                                                                               {"euc-kr", "windows-949"},
                                                                               {"ks_c_5601-1987", "windows-949"},
                                                                               {"big5", "big5-hkscs"},
                                                                               {"utf-16", "utf-16le"}}};
  for (const auto& [name, wider] : kWider) {
    if (label == name) return wider;
  }
  return label;
}

bool is_utf8_label(string_view label) {
  return label == "utf-8" || label == "utf8" || label == "unicode-1-1-utf-8";
}

/// "" when there is no such charset.
std::string convert(string_view body, string_view label) {
  const icu::UnicodeString text(body.data(), static_cast<std::int32_t>(body.size()),
                                std::string(converter_for(label)).c_str());
  std::string out;
  if (!text.isBogus()) text.toUTF8String(out);
  return out;
}

}  // namespace

std::string decode_page(string_view body, string_view content_type) {
  body = body.substr(0, kMaxBytes);
  std::string label = charset_in(content_type);
  if (const string_view mark = charset_of_mark(body); !mark.empty()) label = mark;
  if (label.empty()) label = charset_in(body.substr(0, kPrescanBytes));
  if (label.empty() && !text::is_valid_utf8(body)) label = "windows-1252";
  if (!label.empty() && !is_utf8_label(label)) {
    std::string converted = convert(body, label);
    if (!converted.empty()) return converted;
  }
  return text::to_valid_utf8(body);
}

}  // namespace dunlin::html
