#include "qr_code.hpp"

#include <fmt/core.h>
#include <qrencode.h>

#include <memory>

namespace dunlin::web {

namespace {

constexpr int kQuietZone = 4;  // ISO/IEC 18004: modules of white around it

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

/// One subpath for each run of dark modules.
std::string dark_modules(const QRcode& code) {
  const auto is_dark = [&](int x, int y) { return (code.data[y * code.width + x] & 1U) != 0; };
  std::string path;
  for (int y = 0; y < code.width; ++y) {
    for (int x = 0; x < code.width;) {
      if (!is_dark(x, y)) {
        ++x;
        continue;
      }
      const int begin = x;
      while (x < code.width && is_dark(x, y)) ++x;
      path += fmt::format("M{} {}h{}v1h-{}z", begin + kQuietZone, y + kQuietZone, x - begin, x - begin);
    }
  }
  return path;
}

}  // namespace

Html render_qr_code(const std::string& text, std::string_view description) {
  Html out;
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M));
  if (!code) return out;
  const std::string side = std::to_string(code->width + 2 * kQuietZone);
  out.add(R"(<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">
<rect width="{}" height="{}" fill="#fff"/><path fill="#000" d="{}"/></svg>
)",
          {side, side, description, side, side, dark_modules(*code)});
  return out;
}

}  // namespace dunlin::web
