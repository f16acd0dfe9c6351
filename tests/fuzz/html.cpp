#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

/// What is sanitised stays so, and nothing that runs is left in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dunlin;
  const std::string text = text::to_valid_utf8(std::string_view(reinterpret_cast<const char*>(data), size));
  const std::string once = html::sanitize_status_html(text);
  const bool clean = text::is_valid_utf8(once) && once.find("<script") == std::string::npos &&
                     once.find("<style") == std::string::npos && once.find("<iframe") == std::string::npos;
  if (!clean || html::sanitize_status_html(once) != once) std::abort();
  static_cast<void>(html::clean_line(html::to_plain_text(text)));
  return 0;
}
