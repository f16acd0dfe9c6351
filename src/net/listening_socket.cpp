#include "listening_socket.hpp"

#include "dunlin/net/address.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace dunlin::net {
namespace {

constexpr int kBacklog = 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::unexpected<Error> system_failure(const std::string& listen, const char* what, int code) {
  const Errc errc = code == EADDRINUSE ? Errc::conflict : Errc::internal;
  return fail(errc, "cannot " + std::string(what) + " " + listen + ": " + std::generic_category().message(code));
}

struct TcpAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

TcpAddress to_native(const IpAddress& address, std::uint16_t port) {
  TcpAddress native;
  if (address.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, address.bytes().data() + 12, 4);
    std::memcpy(&native.storage, &in, sizeof in);
    native.size = sizeof in;
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    std::memcpy(&in.sin6_addr, address.bytes().data(), 16);
    std::memcpy(&native.storage, &in, sizeof in);
    native.size = sizeof in;
  }
  return native;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  sockaddr_in in{};
  sockaddr_in6 in6{};
  if (storage.ss_family == AF_INET) {
    std::memcpy(&in, &storage, sizeof in);
    return ntohs(in.sin_port);
  }
  std::memcpy(&in6, &storage, sizeof in6);
  return ntohs(in6.sin6_port);
}

Result<Descriptor> bind_tcp(const std::string& listen, const TcpAddress& address, bool share_port) {
  Descriptor fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return system_failure(listen, "open a socket for", errno);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share_port) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
    return system_failure(listen, "listen on", errno);
  }
  return fd;
}

Result<ListeningSockets> open_tcp(const std::string& listen, int count) {
  const auto colon = listen.rfind(':');
  const auto malformed = [&] {
    return fail(Errc::invalid, "cannot listen on '" + listen +
                                   "': expected \"address:port\", \"[IPv6 address]:port\" or \"unix:/path\"");
  };
  if (colon == std::string::npos) return malformed();
  std::string_view host = std::string_view(listen).substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  std::uint16_t port = 0;
  const char* end = listen.data() + listen.size();
  const auto [stop, ec] = std::from_chars(listen.data() + colon + 1, end, port);
  if (!address || ec != std::errc{} || stop != end) return malformed();

  ListeningSockets sockets;
  sockets.family = address->is_v4() ? AF_INET : AF_INET6;
  {
    // SO_REUSEPORT would let us share the port with another server of this user: ask first without it.
    const auto probe = TRY(bind_tcp(listen, to_native(*address, port), false));
    if (::listen(probe.get(), 1) != 0) return system_failure(listen, "listen on", errno);
    sockets.port = port_of(probe.get());
  }
  std::vector<Descriptor> opened;
  for (int i = 0; i < count; ++i) {
    opened.push_back(TRY(bind_tcp(listen, to_native(*address, sockets.port), true)));
    if (::listen(opened.back().get(), kBacklog) != 0) return system_failure(listen, "listen on", errno);
  }
  for (Descriptor& fd : opened) sockets.descriptors.push_back(fd.release());
  sockets.address =
      (address->is_v4() ? address->str() : "[" + address->str() + "]") + ":" + std::to_string(sockets.port);
  return sockets;
}

/// A socket file that nobody listens on is what a killed server leaves behind.
Result<void> remove_stale(const std::string& listen, const sockaddr_un& address) {
  struct stat info{};
  if (::lstat(address.sun_path, &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) return fail(Errc::conflict, "cannot listen on " + listen + ": the file is not a socket");
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int connected = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (connected == 0 || errno == EAGAIN) return system_failure(listen, "listen on", EADDRINUSE);
  if (errno != ECONNREFUSED) return system_failure(listen, "listen on", errno);
  ::unlink(address.sun_path);
  return {};
}

Result<ListeningSockets> open_unix(const std::string& listen, int count) {
  const std::string path = listen.substr(5);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Errc::invalid, "cannot listen on '" + listen + "': the path must have 1 to 107 bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  TRY_VOID(remove_stale(listen, address));
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0 || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return system_failure(listen, "listen on", errno);
  }
  // The web server in front runs as another user; who may come near is the folder's business.
  if (::chmod(path.c_str(), 0666) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    const int code = errno;
    ::unlink(path.c_str());
    return system_failure(listen, "listen on", code);
  }
  ListeningSockets sockets;
  sockets.family = AF_UNIX;
  sockets.address = listen;
  sockets.unix_path = path;
  for (int i = 1; i < count; ++i) {
    const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) sockets.descriptors.push_back(copy);
  }
  sockets.descriptors.push_back(fd.release());
  return sockets;
}

}  // namespace

Result<ListeningSockets> open_listening_sockets(const std::string& listen, int count) {
  return listen.starts_with("unix:") ? open_unix(listen, count) : open_tcp(listen, count);
}

}  // namespace dunlin::net
