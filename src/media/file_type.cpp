#include "dunlin/media/file_type.hpp"

#include <array>
#include <fstream>
#include <string>

namespace dunlin::media {

namespace {

using model::MediaType;
using namespace std::string_view_literals;

constexpr FileType kJpeg{MediaType::image, "image/jpeg", "jpg", ""};
constexpr FileType kPng{MediaType::image, "image/png", "png", ""};
constexpr FileType kGif{MediaType::image, "image/gif", "gif", "gif"};
constexpr FileType kWebp{MediaType::image, "image/webp", "webp", ""};
constexpr FileType kAvif{MediaType::image, "image/avif", "avif", ""};
constexpr FileType kHeic{MediaType::image, "image/heic", "heic", ""};
constexpr FileType kMp4{MediaType::video, "video/mp4", "mp4", "mov"};
constexpr FileType kMov{MediaType::video, "video/quicktime", "mov", "mov"};
constexpr FileType k3gp{MediaType::video, "video/3gpp", "3gp", "mov"};
constexpr FileType kWebm{MediaType::video, "video/webm", "webm", "matroska"};
constexpr FileType kOgv{MediaType::video, "video/ogg", "ogv", "ogg"};
constexpr FileType kAsf{MediaType::video, "audio/x-ms-asf", "asf", "asf"};
constexpr FileType kM4a{MediaType::audio, "audio/mp4", "m4a", "mov"};
constexpr FileType kOgg{MediaType::audio, "audio/ogg", "ogg", "ogg"};
constexpr FileType kMp3{MediaType::audio, "audio/mpeg", "mp3", "mp3"};
constexpr FileType kAac{MediaType::audio, "audio/aac", "aac", "aac"};
constexpr FileType kFlac{MediaType::audio, "audio/flac", "flac", "flac"};
constexpr FileType kWav{MediaType::audio, "audio/wav", "wav", "wav"};

/// ISO base media files: what they are stands in their brands.
FileType by_brands(std::string_view bytes) {
  const auto length =
      static_cast<std::size_t>(static_cast<unsigned char>(bytes[2]) << 8U | static_cast<unsigned char>(bytes[3]));
  const auto box = bytes.substr(8, length > 8 ? length - 8 : 0);
  const auto has = [&](std::string_view brand) {
    for (std::size_t at = 0; at + 4 <= box.size(); at += 4) {
      if (at != 4 && box.substr(at, 4) == brand) return true;  // the second word is a version
    }
    return false;
  };
  if (has("avif") || has("avis")) return kAvif;
  if (has("heic") || has("heix") || has("heim") || has("heis") || has("mif1") || has("msf1")) return kHeic;
  const auto major = box.substr(0, 4);
  if (major == "M4A " || major == "M4B ") return kM4a;
  if (major == "qt  ") return kMov;
  if (major.starts_with("3gp") || major.starts_with("3g2")) return k3gp;
  return kMp4;
}

}  // namespace

std::optional<FileType> sniff(std::string_view bytes) {
  if (bytes.size() < 12) return std::nullopt;
  const auto at = [&](std::size_t offset, std::string_view what) { return bytes.substr(offset).starts_with(what); };
  if (at(0, "\xff\xd8\xff")) return kJpeg;
  if (at(0, "\x89PNG\r\n\x1a\n")) return kPng;
  if (at(0, "GIF87a") || at(0, "GIF89a")) return kGif;
  if (at(0, "RIFF") && at(8, "WEBP")) return kWebp;
  if (at(0, "RIFF") && at(8, "WAVE")) return kWav;
  if (at(4, "ftyp")) return by_brands(bytes);
  for (const auto box : {"moov"sv, "mdat"sv, "wide"sv, "free"sv}) {
    if (at(4, box)) return kMov;  // QuickTime before there were brands
  }
  if (at(0, "\x1a\x45\xdf\xa3")) return kWebm;
  if (at(0, "OggS")) return bytes.substr(0, 512).contains("theora") ? kOgv : kOgg;
  if (at(0, "fLaC")) return kFlac;
  if (at(0, "ID3")) return kMp3;
  if (at(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11")) return kAsf;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  if (first == 0xff && (second & 0xf6U) == 0xf0) return kAac;
  // MPEG audio: eleven bits of one, a version and a layer that exist.
  if (first == 0xff && (second & 0xe0U) == 0xe0 && (second & 0x18U) != 0x08 && (second & 0x06U) != 0) return kMp3;
  return std::nullopt;
}

std::optional<FileType> sniff_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4096> bytes{};
  file.read(bytes.data(), bytes.size());
  return sniff({bytes.data(), static_cast<std::size_t>(file.gcount())});
}

const std::vector<std::string_view>& supported_types() {
  static const std::vector<std::string_view> kTypes{
      "image/jpeg",   "image/png",  "image/gif",   "image/heic",      "image/heif",     "image/webp",
      "image/avif",   "video/webm", "video/mp4",   "video/quicktime", "video/ogg",      "video/3gpp",
      "audio/wave",   "audio/wav",  "audio/x-wav", "audio/x-pn-wave", "audio/vnd.wave", "audio/ogg",
      "audio/vorbis", "audio/mpeg", "audio/mp3",   "audio/webm",      "audio/flac",     "audio/x-flac",
      "audio/aac",    "audio/m4a",  "audio/x-m4a", "audio/mp4",       "audio/3gpp",     "video/x-ms-asf"};
  return kTypes;
}

}  // namespace dunlin::media
