#include "dunlin/http/file_body.hpp"

#include "dunlin/base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace dunlin::http {

namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return UINT64_MAX;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<std::shared_ptr<FileBody>> FileBody::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return fail(Errc::not_found, "Record not found", path.string());
  struct stat info{};
  if (file < 0 || ::fstat(file, &info) != 0) {
    const std::string why = std::strerror(errno);
    if (file >= 0) ::close(file);
    return fail(Errc::unavailable, "", path.string() + ": " + why);
  }
  return std::shared_ptr<FileBody>(new FileBody(file, static_cast<std::uint64_t>(info.st_size)));
}

std::shared_ptr<FileBody> FileBody::of_size(std::uint64_t size) {
  return std::shared_ptr<FileBody>(new FileBody(-1, size));
}

FileBody::~FileBody() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileBody::narrow(std::uint64_t first, std::uint64_t count) {
  first = std::min(first, size_);
  offset_ += first;
  size_ = std::min(count, size_ - first);
}

ByteRange parse_range(std::string_view field, std::uint64_t size) {
  using Kind = ByteRange::Kind;
  field = text::trim(field);
  if (!text::starts_with_ignore_case(field, "bytes=") || field.find(',') != std::string_view::npos) return {};
  const auto spec = text::trim(field.substr(6));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = number(text::trim(spec.substr(0, dash)));
  const auto last = number(text::trim(spec.substr(dash + 1)));
  if (dash == 0) {  // so many from the end
    if (!last) return {};
    if (*last == 0 || size == 0) return {Kind::unsatisfiable};
    const auto count = std::min(*last, size);
    return {Kind::part, size - count, count};
  }
  const bool open_end = dash + 1 == spec.size();
  if (!first || (!last && !open_end) || (last && *last < *first)) return {};
  if (*first >= size) return {Kind::unsatisfiable};
  const auto end = open_end ? size - 1 : std::min(*last, size - 1);
  return {Kind::part, *first, end - *first + 1};
}

bool is_held(std::string_view if_none_match, std::string_view tag) {
  // Weak comparison.
  const auto opaque = [](std::string_view t) { return t.starts_with("W/") ? t.substr(2) : t; };
  for (const std::string_view candidate : text::split(if_none_match, ',')) {
    const std::string_view trimmed = text::trim(candidate);
    if (trimmed == "*" || (!trimmed.empty() && opaque(trimmed) == opaque(tag))) return true;
  }
  return false;
}

}  // namespace dunlin::http
