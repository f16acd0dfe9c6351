#include "dunlin/media/work_folder.hpp"

#include "dunlin/base/random.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace dunlin::media {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

std::unexpected<Error> failed(std::string_view what) {
  return fail(Errc::unavailable, "", std::string(what) + ": " + std::strerror(errno));
}

int create(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

}  // namespace

Result<WorkFolder> WorkFolder::make(const std::filesystem::path& parent) {
  const auto path = parent / random_token(16);
  std::error_code ec;
  std::filesystem::create_directories(path, ec);
  if (ec) return fail(Errc::unavailable, "", path.string() + ": " + ec.message());
  return WorkFolder(path);
}

WorkFolder::~WorkFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Result<std::filesystem::path> WorkFolder::copy(const std::filesystem::path& from, std::size_t offset, std::size_t size,
                                               std::string_view name) const {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.get() < 0) return failed(from.string());
  const auto path = path_ / name;
  const Descriptor target(create(path));
  if (target.get() < 0) return failed(path.string());
  auto at = static_cast<off_t>(offset);
  while (size > 0) {
    const ssize_t count = ::sendfile(target.get(), source.get(), &at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(path.string());
    size -= static_cast<std::size_t>(count);
  }
  return path;
}

Result<std::filesystem::path> WorkFolder::write(std::string_view bytes, std::string_view name) const {
  const auto path = path_ / name;
  const Descriptor target(create(path));
  if (target.get() < 0) return failed(path.string());
  while (!bytes.empty()) {
    const ssize_t count = ::write(target.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path.string());
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return path;
}

void sweep_work_folders(const std::filesystem::path& parent, std::chrono::hours older_than) {
  std::error_code ec;
  const auto oldest = std::filesystem::file_time_type::clock::now() - older_than;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ec)) {
    std::error_code ignored;
    if (entry.last_write_time(ignored) < oldest && !ignored) std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace dunlin::media
