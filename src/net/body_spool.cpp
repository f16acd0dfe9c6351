#include "body_spool.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/random.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace dunlin::net {
namespace {

/// Once a file exists, writes are gathered to this size.
constexpr std::size_t kPiece = 256UL << 10U;

}  // namespace

BodySpool::BodySpool(std::filesystem::path folder, std::size_t spool_above)
    : folder_(std::move(folder)), spool_above_(spool_above) {}

BodySpool::~BodySpool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool BodySpool::wants_write(const http::Request& request) const {
  return request.body.size() > (file_ ? kPiece : spool_above_);
}

bool BodySpool::wants_finish(const http::Request& request) const {
  return file_ != nullptr || request.body.size() > spool_above_;
}

bool BodySpool::open() {
  std::error_code ec;
  if (folder_.empty()) folder_ = std::filesystem::temp_directory_path(ec);
  const std::filesystem::path path = folder_ / ("body-" + random_token(16));
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {
    log::error("cannot create a file for a request body",
               {log::kv("path", path.string()), log::kv("why", std::strerror(errno))});
    return false;
  }
  file_ = std::make_shared<http::TemporaryFile>(path);
  return true;
}

bool BodySpool::write(http::Request& request) {
  if (!file_ && !open()) return false;
  const char* next = request.body.data();
  std::size_t left = request.body.size();
  while (left > 0) {
    const ssize_t count = ::write(descriptor_, next, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      log::error("cannot write a request body", {log::kv("why", std::strerror(errno))});
      return false;
    }
    next += count;
    left -= static_cast<std::size_t>(count);
  }
  request.body.clear();
  return true;
}

}  // namespace dunlin::net
