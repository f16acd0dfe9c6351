#include "dunlin/media_worker/blurhash.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

namespace dunlin::media_worker {

namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

using Color = std::array<double, 3>;

double to_linear(std::uint8_t value) {
  const double v = value / 255.0;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

int to_srgb(double value) {
  const double v = std::clamp(value, 0.0, 1.0);
  const double out = v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
  return static_cast<int>(std::lround(out * 255));
}

/// -1 to 1 in 19 steps, finer around 0.
int quantise(double value) {
  const double root = std::copysign(std::sqrt(std::abs(value)), value);
  return std::clamp(static_cast<int>(std::floor(root * 9 + 9.5)), 0, 18);
}

void append(std::string& out, int value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    const int place = static_cast<int>(std::lround(std::pow(83, i)));
    out.push_back(kDigits[static_cast<std::size_t>(value / place % 83)]);
  }
}

Color component(std::span<const Color> pixels, int width, int height, int across, int down) {
  Color sum{};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double basis =
          std::cos(std::numbers::pi * across * x / width) * std::cos(std::numbers::pi * down * y / height);
      const Color& pixel =
          pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
      for (std::size_t c = 0; c < 3; ++c) sum[c] += basis * pixel[c];
    }
  }
  const double scale = (across == 0 && down == 0 ? 1.0 : 2.0) / (width * height);
  for (double& c : sum) c *= scale;
  return sum;
}

}  // namespace

std::string blurhash(std::span<const std::uint8_t> rgb, int width, int height) {
  const int across = width >= height ? 4 : 3;
  const int down = width >= height ? 3 : 4;
  std::vector<Color> pixels(rgb.size() / 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) pixels[i][c] = to_linear(rgb[3 * i + c]);
  }
  std::vector<Color> factors;
  for (int y = 0; y < down; ++y) {
    for (int x = 0; x < across; ++x) factors.push_back(component(pixels, width, height, x, y));
  }
  double largest = 0;
  for (std::size_t i = 1; i < factors.size(); ++i) {
    for (const double c : factors[i]) largest = std::max(largest, std::abs(c));
  }
  const int step = std::clamp(static_cast<int>(std::floor(largest * 166 - 0.5)), 0, 82);
  const double most = (step + 1) / 166.0;

  std::string out;
  append(out, across - 1 + (down - 1) * 9, 1);
  append(out, step, 1);
  append(out, (to_srgb(factors[0][0]) << 16) + (to_srgb(factors[0][1]) << 8) + to_srgb(factors[0][2]), 4);
  for (std::size_t i = 1; i < factors.size(); ++i) {
    const Color& f = factors[i];
    append(out, (quantise(f[0] / most) * 19 + quantise(f[1] / most)) * 19 + quantise(f[2] / most), 2);
  }
  return out;
}

}  // namespace dunlin::media_worker
