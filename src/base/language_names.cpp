#include "dunlin/base/language_names.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace dunlin {

std::string language_name(std::string_view code) {
  const std::string name(code);
  icu::UnicodeString shown;
  icu::Locale(name.c_str()).getDisplayName(icu::Locale::getEnglish(), shown);
  std::string out;
  shown.toUTF8String(out);
  return out.empty() ? name : out;
}

}  // namespace dunlin
