#include "body_file.hpp"

#include "dunlin/base/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dunlin::net {

BodyFile::~BodyFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool BodyFile::write(std::string_view piece) {
  if (descriptor_ < 0) descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  while (descriptor_ >= 0 && !piece.empty()) {
    const ssize_t count = ::write(descriptor_, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    piece.remove_prefix(static_cast<std::size_t>(count));
  }
  if (descriptor_ >= 0 && piece.empty()) return true;
  log::error("cannot write what is fetched", {log::kv("path", path_.string()), log::kv("why", std::strerror(errno))});
  return false;
}

}  // namespace dunlin::net
