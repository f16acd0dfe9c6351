#include "client_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>

#include <array>

namespace dunlin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

class TcpStream final : public ClientStream {
 public:
  using ClientStream::ClientStream;

  asio::awaitable<std::string> handshake() override { co_return std::string(); }

  asio::awaitable<Read> read_some(char* data, std::size_t size) override {
    const auto [ec, count] = co_await socket_.async_read_some(asio::buffer(data, size), kAwait);
    co_return Read{ec, count};
  }

  asio::awaitable<boost::system::error_code> write(std::string_view head, std::string_view body) override {
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head.data(), head.size()),
                                                  asio::buffer(body.data(), body.size())};
    const auto [ec, count] = co_await asio::async_write(socket_, parts, kAwait);
    co_return ec;
  }
};

}  // namespace

ClientStream::ClientStream(const asio::any_io_executor& executor) : socket_(executor), timer_(executor) {}
ClientStream::~ClientStream() = default;

asio::awaitable<boost::system::error_code> ClientStream::connect(const IpAddress& address, std::uint16_t port) {
  const auto& b = address.bytes();
  asio::ip::address native;
  if (address.is_v4()) {
    native = asio::ip::address_v4({b[12], b[13], b[14], b[15]});
  } else {
    native = asio::ip::address_v6(b);
  }
  boost::system::error_code ec;
  socket_.close(ec);
  timed_out_ = false;
  const auto [connected] = co_await socket_.async_connect({native, port}, kAwait);
  if (!connected) socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  co_return connected;
}

void ClientStream::set_deadline(SteadyTime deadline) {
  timed_out_ = false;
  deadline_ = deadline;
  timer_.expires_at(deadline);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
    const auto self = weak.lock();
    if (ec || !self || self->deadline_ > std::chrono::steady_clock::now()) return;
    self->timed_out_ = true;
    boost::system::error_code ignored;
    self->socket_.close(ignored);
  });
}

void ClientStream::clear_deadline() {
  deadline_ = SteadyTime::max();
  timer_.cancel();
}

void ClientStream::abort() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

bool ClientStream::is_stale() {
  char byte = 0;
  const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return !(count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

std::shared_ptr<ClientStream> make_tcp_stream(const asio::any_io_executor& executor) {
  return std::make_shared<TcpStream>(executor);
}

}  // namespace dunlin::net
