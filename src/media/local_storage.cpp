#include "dunlin/base/random.hpp"
#include "dunlin/media/storage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace dunlin::media {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unavailable(const fs::path& path, const std::string& why) {
  return fail(Errc::unavailable, "", path.string() + ": " + why);
}

/// On the disk before anybody is told of it.
bool sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = ::fsync(file) == 0;
  ::close(file);
  return done;
}

}  // namespace

fs::path LocalStorage::path_of(std::string_view key) const {
  return root_ / key.substr(0, 2) / key.substr(2, 2) / key;
}

Result<void> LocalStorage::put(std::string_view key, const fs::path& file) {
  const auto target = path_of(key);
  std::error_code ec;
  // The same content is there already: the name says so.
  if (fs::exists(target, ec)) return {};
  fs::create_directories(target.parent_path(), ec);
  if (ec) return unavailable(target, ec.message());
  if (!sync(file)) return unavailable(file, std::strerror(errno));
  fs::rename(file, target, ec);
  if (!ec) return {};
  if (ec != std::errc::cross_device_link) return unavailable(target, ec.message());
  const auto beside = target.parent_path() / ("." + random_token(16));
  fs::copy_file(file, beside, ec);
  if (!ec && !sync(beside)) ec = std::error_code(errno, std::generic_category());
  if (!ec) fs::rename(beside, target, ec);
  if (!ec) return {};
  std::error_code ignored;
  fs::remove(beside, ignored);
  return unavailable(target, ec.message());
}

Result<fs::path> LocalStorage::get(std::string_view key, const fs::path&) {
  auto path = path_of(key);
  std::error_code ec;
  if (!fs::exists(path, ec)) return fail(Errc::not_found, "Record not found", path.string());
  return path;
}

Result<void> LocalStorage::remove(std::string_view key) {
  std::error_code ec;
  fs::remove(path_of(key), ec);
  if (ec) return unavailable(path_of(key), ec.message());
  return {};
}

Result<void> LocalStorage::list(const std::function<void(std::string_view, std::uint64_t)>& seen) {
  std::error_code ec;
  if (!fs::exists(root_, ec)) return {};
  auto entry = fs::recursive_directory_iterator(root_, ec);
  for (; !ec && entry != fs::recursive_directory_iterator(); entry.increment(ec)) {
    std::error_code gone;
    if (!entry->is_regular_file(gone)) continue;
    const auto bytes = entry->file_size(gone);
    if (!gone) seen(entry->path().filename().string(), bytes);
  }
  if (ec) return unavailable(root_, ec.message());
  return {};
}

std::optional<fs::path> LocalStorage::local_path(std::string_view key) const {
  return path_of(key);
}

}  // namespace dunlin::media
