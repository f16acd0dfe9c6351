#include "dunlin/base/text.hpp"
#include "dunlin/crypto/file_digest.hpp"
#include "dunlin/media/storage.hpp"

#include <algorithm>

namespace dunlin::media {

namespace {

constexpr std::size_t kDigits = 40;

struct Served {
  std::string_view extension;
  std::string_view content_type;
};
constexpr Served kServed[] = {{"jpg", "image/jpeg"},
                              {"png", "image/png"},
                              {"gif", "image/gif"},
                              {"webp", "image/webp"},
                              {"avif", "image/avif"},
                              {"mp4", "video/mp4"},
                              {"mov", "video/quicktime"},
                              {"webm", "video/webm"},
                              {"ogv", "video/ogg"},
                              {"3gp", "video/3gpp"},
                              {"mp3", "audio/mpeg"},
                              {"m4a", "audio/mp4"},
                              {"ogg", "audio/ogg"},
                              {"aac", "audio/aac"},
                              {"flac", "audio/flac"},
                              {"wav", "audio/wav"},
                              {"anim.webp", "image/webp"},
                              {"still.png", "image/png"},
                              {"raw", "application/octet-stream"}};

}  // namespace

Result<std::string> content_key(const std::filesystem::path& file, std::string_view extension) {
  const auto digest = TRY(crypto::sha256_file(file));
  return text::hex_encode(digest).substr(0, kDigits) + "." + std::string(extension);
}

bool is_key(std::string_view key) {
  if (key.size() <= kDigits || key[kDigits] != '.') return false;
  const auto digits = key.substr(0, kDigits);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         std::ranges::find(kServed, key.substr(kDigits + 1), &Served::extension) != std::end(kServed);
}

bool is_served(std::string_view extension) {
  return extension != "raw" && std::ranges::find(kServed, extension, &Served::extension) != std::end(kServed);
}

std::string_view content_type_of(std::string_view key) {
  const auto extension = key.size() > kDigits ? key.substr(kDigits + 1) : std::string_view();
  const auto found = std::ranges::find(kServed, extension, &Served::extension);
  return found == std::end(kServed) ? std::string_view("application/octet-stream") : found->content_type;
}

bool is_moving_key(std::string_view key) {
  return key.ends_with(".anim.webp");
}

std::string still_key(std::string_view key) {
  if (!is_moving_key(key)) return std::string(key);
  return std::string(key.substr(0, kDigits)) + ".still.png";
}

}  // namespace dunlin::media
