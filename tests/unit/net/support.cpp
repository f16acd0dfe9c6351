#include "support.hpp"

#include "dunlin/base/log.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <future>
#include <stdexcept>

namespace dunlin::net::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const bool quiet = [] {
  log::configure(log::Level::off);  // failures are what most tests are about
  return true;
}();

ServerOptions on_free_port(ServerOptions options) {
  if (options.listen == ServerOptions{}.listen) options.listen = "127.0.0.1:0";
  return options;
}

std::size_t announced_length(std::string_view head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + 16, 12)));
}

void limit_reads(int fd) {
  const timeval limit{10, 0};  // a hanging test fails instead
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

}  // namespace

TestServer::TestServer(FunctionApplication::Handler handler, ServerOptions options, FetchFunction fetch,
                       WorkersOptions worker_options)
    : application(std::move(handler)),
      workers(worker_options, no_sessions()),
      server(on_free_port(std::move(options)), application, workers, std::move(fetch)) {
  if (auto started = server.start(); !started) throw std::runtime_error(started.error().message);
}

TestServer::~TestServer() {
  server.stop();
  workers.stop();
}

std::string TestServer::url(std::string_view path) const {
  return "http://" + server.address() + std::string(path);
}

RawConnection::RawConnection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = loopback(port);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
  limit_reads(fd_);
}

RawConnection::RawConnection(const std::string& unix_path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, unix_path.data(), unix_path.size());
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
  limit_reads(fd_);
}

RawConnection::~RawConnection() {
  ::close(fd_);
}

void RawConnection::send(std::string_view bytes) const {
  send_all(fd_, bytes);
}

bool RawConnection::fill() {
  char piece[65536];
  const ssize_t count = ::recv(fd_, piece, sizeof piece, 0);
  if (count <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(count));
  return true;
}

std::string RawConnection::read_answer(bool head_only) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  const std::size_t size = end + 4 + (head_only ? 0 : announced_length(std::string_view(buffer_).substr(0, end)));
  while (buffer_.size() < size) {
    if (!fill()) return {};
  }
  std::string answer = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

std::string RawConnection::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawConnection::is_open() const {
  char byte = 0;
  return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

int status_of(const std::string& answer) {
  return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
}

ScriptedServer::ScriptedServer(Serve serve) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(fd_, 64) != 0) {
    throw std::runtime_error("cannot listen");
  }
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, serve = std::move(serve)] {
    for (;;) {
      const int fd = ::accept(fd_, nullptr, nullptr);
      if (fd < 0 || stopping_) {
        if (fd >= 0) ::close(fd);
        return;
      }
      limit_reads(fd);
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      connections_.emplace_back([this, serve, fd, index = accepted_++] {
        serve(fd, index);
        const std::lock_guard guard(mutex_);
        std::erase(open_, fd);
        ::shutdown(fd, SHUT_RDWR);
        ::close(fd);
      });
    }
  });
}

ScriptedServer::~ScriptedServer() {
  stopping_ = true;
  ::shutdown(fd_, SHUT_RDWR);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& connection : connections_) connection.join();
  ::close(fd_);
}

std::string ScriptedServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

std::string read_request(int fd) {
  std::string request;
  char piece[4096];
  for (;;) {
    const auto end = request.find("\r\n\r\n");
    if (end != std::string::npos &&
        request.size() >= end + 4 + announced_length(std::string_view(request).substr(0, end))) {
      return request;
    }
    const ssize_t count = ::recv(fd, piece, sizeof piece, 0);
    if (count <= 0) return {};
    request.append(piece, static_cast<std::size_t>(count));
  }
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Signal::set() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

bool Signal::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return set_; });
}

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

Result<http::OutboundResponse> exchange(Exchanger& client, http::OutboundRequest request) {
  std::promise<Result<http::OutboundResponse>> promise;
  auto future = promise.get_future();
  client.exchange(std::move(request), [&promise](auto answer) { promise.set_value(std::move(answer)); });
  return future.get();
}

Result<http::OutboundResponse> get(Exchanger& client, const std::string& url) {
  http::OutboundRequest request;
  request.url = url;
  return exchange(client, std::move(request));
}

ClientOptions loopback_client() {
  ClientOptions options;
  options.allow_http = true;
  options.allowed_private = CidrSet::parse({"127.0.0.0/8"}).value();
  return options;
}

}  // namespace dunlin::net::test
