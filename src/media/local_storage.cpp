#include "dunlin/base/random.hpp"
#include "dunlin/media/storage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
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

/// Its name, too, is to be there after a loss of power.
Result<void> sync_folder(const fs::path& file) {
  // The folders above may be new as well.
  auto folder = file.parent_path();
  for (int level = 0; level < 3; ++level, folder = folder.parent_path()) {
    if (!sync(folder)) return unavailable(folder, std::strerror(errno));
  }
  return {};
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
  if (!ec) return sync_folder(target);
  if (ec != std::errc::cross_device_link) return unavailable(target, ec.message());
  const auto beside = target.parent_path() / ("." + random_token(16));
  fs::copy_file(file, beside, ec);
  if (!ec && !sync(beside)) ec = std::error_code(errno, std::generic_category());
  if (!ec) fs::rename(beside, target, ec);
  if (!ec) return sync_folder(target);
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

Result<std::uint64_t> LocalStorage::size(std::string_view key) {
  std::error_code ec;
  const auto bytes = fs::file_size(path_of(key), ec);
  if (ec == std::errc::no_such_file_or_directory) return fail(Errc::not_found, "Record not found", std::string(key));
  if (ec) return unavailable(path_of(key), ec.message());
  return bytes;
}

Result<fs::path> LocalStorage::get_part(std::string_view key, std::uint64_t first, std::uint64_t count,
                                        const fs::path& folder) {
  std::ifstream whole(TRY(get(key, folder)), std::ios::binary);
  whole.seekg(static_cast<std::streamoff>(first));
  auto path = folder / key;
  std::ofstream part(path, std::ios::binary);
  std::array<char, 1UL << 16U> buffer{};
  while (whole && part && count > 0) {
    whole.read(buffer.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(count, buffer.size())));
    part.write(buffer.data(), whole.gcount());
    count -= static_cast<std::uint64_t>(whole.gcount());
  }
  part.close();
  if (!part || count > 0) return unavailable(path, "cannot be written");
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
