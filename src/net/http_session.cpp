// A connection from accept to close: read a request, have it answered, write the answer, again. An idle connection
// holds neither parser nor buffer.
#include "application_border.hpp"
#include "body_spool.hpp"
#include "forwarded.hpp"
#include "request_parser.hpp"
#include "response_head.hpp"
#include "shard.hpp"
#include "stream_session.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/http/file_body.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

namespace dunlin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxLingerBytes = 4UL << 20U;
constexpr std::uint64_t kFilePiece = 512UL << 10U;
/// A core function may want this many documents, one after the other, whatever its own budget says.
constexpr int kMaxRounds = 64;

/// Received bytes that nobody has consumed yet.
class ReceiveBuffer {
 public:
  explicit ReceiveBuffer(std::size_t capacity)
      : data_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] bool full() const { return end_ - begin_ == capacity_; }
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  asio::mutable_buffer space() {
    if (end_ == capacity_) {
      std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {data_.get() + end_, capacity_ - end_};
  }
  void received(std::size_t count) { end_ += count; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

enum class ReadResult : std::uint8_t { data, closed, expired };

asio::awaitable<ReadResult> read_more(Connection& connection, ReceiveBuffer& buffer) {
  const auto [ec, count] = co_await connection.socket.async_read_some(buffer.space(), kAwait);
  if (connection.expired) co_return ReadResult::expired;
  if (ec) co_return ReadResult::closed;
  buffer.received(count);
  co_return ReadResult::data;
}

/// How reading a request ended.
struct ReadOutcome {
  std::optional<Refusal> refusal;
  bool closed = false;  // the peer is gone: nothing to answer
};

/// What becomes of the connection when all is answered.
struct Aftermath {
  bool keep = false;
  std::optional<Upgrade> upgrade;
};

/// The conversation on one connection while there is something to say.
class Conversation {
 public:
  explicit Conversation(Connection& connection)
      : connection_(connection), shared_(connection.shard.shared()), buffer_(shared_.options.max_header_bytes) {}

  asio::awaitable<Aftermath> run() {
    Aftermath after;
    for (;;) {
      after.keep = co_await one_request();
      if (upgrade_) {
        upgrade_->received = std::string(buffer_.view());
        after.upgrade = std::move(upgrade_);
      }
      if (!after.keep) co_return after;
      if (!buffer_.empty()) continue;
      after.keep = !connection_.shard.stopping();
      co_return after;
    }
  }

 private:
  asio::awaitable<bool> one_request() {
    const auto started = std::chrono::steady_clock::now();
    http::Request request;
    RequestParser parser(request, shared_.options.max_header_fields);
    ReadOutcome read = co_await read_head(parser);
    if (!read.closed && !read.refusal) {
      complete_head(request);
      read = co_await read_body(parser, request);
    }
    if (read.closed) co_return false;
    if (request.request_id.empty()) request.request_id = connection_.shard.next_request_id();

    Outcome outcome;
    if (read.refusal) {
      outcome.response = http::json_error(read.refusal->status, read.refusal->message);
    } else {
      outcome = co_await respond(request);
    }
    if (outcome.stream && begin_stream(request, outcome)) co_return false;
    const http::Response& response = outcome.response;
    const bool keep = !read.refusal && parser.keep_alive() && !connection_.shard.stopping();
    const ResponseContext context{.date = connection_.shard.date(),
                                  .request_id = request.request_id,
                                  .keep_alive = keep,
                                  .http_1_0 = parser.version_is_1_0()};
    const bool written = co_await write(request, response, context);
    if (log::enabled(log::Level::debug)) log_request(request, response, started);
    if (!written) co_return false;
    if (!keep) co_await linger(read.refusal.has_value() || !buffer_.empty());
    co_return keep;
  }

  asio::awaitable<ReadOutcome> read_head(RequestParser& parser) {
    connection_.enter(Phase::head, shared_.options.header_timeout);
    HeadScan scan;
    ReadOutcome outcome;
    for (;;) {
      // RFC 9112 2.2: empty lines before a request line are ignored.
      while (scan.scanned == 0 && buffer_.view().starts_with("\r\n")) buffer_.consume(2);
      outcome.refusal = scan.scan(buffer_.view());
      if (outcome.refusal || scan.end != 0) break;
      if (buffer_.full()) {
        outcome.refusal = Refusal{431, "The request header is too large"};
        break;
      }
      const auto read = co_await read_more(connection_, buffer_);
      if (read == ReadResult::data) continue;
      outcome.closed = read == ReadResult::closed || buffer_.empty();
      if (!outcome.closed) outcome.refusal = Refusal{408, "The request took too long"};
      co_return outcome;
    }
    if (!outcome.refusal) {
      outcome.refusal = parser.parse_head(buffer_.view().substr(0, scan.end));
      buffer_.consume(scan.end);
    }
    co_return outcome;
  }

  void complete_head(http::Request& request) {
    request.remote_address = client_address(connection_.peer, request.headers, shared_.trusted);
    // A proxy forwards strangers: who it speaks for counts, too.
    const auto client = IpAddress::parse(request.remote_address);
    request.peer_is_trusted = connection_.peer_is_trusted && (!client || shared_.trusted.contains(*client));
    request.request_id = connection_.shard.next_request_id();
  }

  asio::awaitable<ReadOutcome> read_body(RequestParser& parser, http::Request& request) {
    ReadOutcome outcome;
    if (parser.is_done()) co_return outcome;
    const BodyPolicy policy = shared_.application.body_policy(request);
    const auto announced = parser.announced();
    if (announced && *announced > policy.max_bytes) {
      outcome.refusal = Refusal{413, "The request is too large"};
      co_return outcome;
    }
    parser.limit_body(policy.max_bytes);
    connection_.enter(Phase::body, shared_.options.body_timeout);
    if (parser.expects_continue() && buffer_.empty()) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto [ec, count] =
          co_await asio::async_write(connection_.socket, asio::buffer(kContinue.data(), kContinue.size()), kAwait);
      outcome.closed = ec.failed();
      if (outcome.closed) co_return outcome;
    }
    if (announced && *announced <= policy.spool_above) request.body.reserve(static_cast<std::size_t>(*announced));

    const auto began = std::chrono::steady_clock::now();
    BodySpool spool(shared_.options.spool_dir, policy.spool_above);
    std::size_t total = 0;
    while (!parser.is_done()) {
      if (!buffer_.empty()) {
        std::size_t consumed = 0;
        outcome.refusal = parser.parse_body(buffer_.view(), consumed);
        if (outcome.refusal) co_return outcome;
        buffer_.consume(consumed);
        total += consumed;
        if (parser.is_done()) break;
        if (consumed == 0 && buffer_.full()) {
          outcome.refusal = Refusal{400, "The request is malformed"};
          co_return outcome;
        }
        if (consumed != 0 && !buffer_.empty()) continue;
      }
      if (spool.wants_write(request)) {
        const bool stored = co_await store(spool, request);
        if (!stored) {
          outcome.refusal = Refusal{503, "The request could not be stored"};
          co_return outcome;
        }
      }
      extend_body_deadline(began, total);
      const auto read = co_await read_more(connection_, buffer_);
      if (read == ReadResult::data) continue;
      outcome.closed = read == ReadResult::closed;
      if (!outcome.closed) outcome.refusal = Refusal{408, "The request took too long"};
      co_return outcome;
    }
    if (spool.wants_finish(request)) {
      const bool stored = co_await store(spool, request);
      if (!stored) outcome.refusal = Refusal{503, "The request could not be stored"};
      request.body_file = spool.finish();
    }
    co_return outcome;
  }

  asio::awaitable<bool> store(BodySpool& spool, http::Request& request) {
    connection_.enter_working();
    bool stored = false;
    const bool ran = co_await run_on_files(shared_.workers, [&] { stored = spool.write(request); });
    connection_.phase = Phase::body;
    co_return ran&& stored;
  }

  /// The base allowance, and as long as what has arrived may take at the least rate.
  void extend_body_deadline(SteadyTime began, std::size_t received) {
    const auto rate = std::max<std::size_t>(shared_.options.min_body_bytes_per_second, 1);
    const auto earned = std::chrono::milliseconds(received * 1000 / rate);
    connection_.expired = false;
    connection_.deadline = began + shared_.options.body_timeout + earned;
  }

  /// False: the handshake was refused, and the answer says so.
  bool begin_stream(const http::Request& request, Outcome& outcome) {
    auto head = render_stream_head(request, outcome.response, *outcome.stream, connection_.shard.date());
    if (head) {
      upgrade_ = Upgrade{.stream = std::move(outcome.stream), .head = *std::move(head), .received = {}};
      return true;
    }
    const bool other_version = head.error().code == Errc::conflict;
    outcome.response = http::json_error(other_version ? 426 : 400, head.error().message);
    if (other_version) outcome.response.headers.add("Sec-WebSocket-Version", "13");
    outcome.stream.reset();
    return false;
  }

  asio::awaitable<Outcome> respond(http::Request& request) {
    connection_.enter_working();
    request.deadline = std::chrono::steady_clock::now() + shared_.options.request_timeout;
    Outcome outcome;
    if (auto fast = shared_.application.try_fast(request)) {
      outcome.response = *std::move(fast);
      co_return outcome;
    }
    const Lane lane = shared_.application.lane(request);
    service::RemoteDocuments documents;
    for (int round = 0; round < kMaxRounds; ++round) {
      bool again = false;
      const bool ran = co_await run_on_until_done(shared_.workers, lane, [&](Worker& worker, Done done) {
        outcome = answer(shared_.application, request, worker, documents, shared_.options.gzip_above);
        if (!outcome.later) return done(true);
        // From here and not from the io thread, which would be woken once more. `done` keeps alive what is named here.
        std::exchange(outcome.later,
                      nullptr)([&, done = std::move(done)](std::optional<http::Response> answered) mutable {
          again = !answered;
          if (answered) outcome.response = *std::move(answered);
          done(true);
        });
      });
      if (!ran) outcome.response = http::overloaded();
      if (again) continue;
      if (!ran || !documents.wanted()) co_return outcome;
      const service::RemoteRequest wanted = *documents.wanted();
      documents.put(wanted, co_await fetch(wanted));
    }
    log::error("a request wanted too many remote documents", {log::kv("path", request.path)});
    outcome.response = http::json_error(503, "Remote data could not be fetched");
    co_return outcome;
  }

  asio::awaitable<service::RemoteDocument> fetch(const service::RemoteRequest& wanted) {
    service::RemoteDocument document;
    if (!shared_.fetch) {
      document.failure = "no fetcher";
      co_return document;
    }
    document = co_await await_callback<service::RemoteDocument>(
        [this, wanted](auto done) { shared_.fetch(wanted, std::move(done)); });
    co_return document;
  }

  asio::awaitable<bool> write(const http::Request& request, const http::Response& response,
                              const ResponseContext& context) {
    connection_.enter(Phase::writing, shared_.options.write_timeout);
    const std::string head = render_head(response, context);
    const bool with_body = request.method != http::Method::head && allows_body(response.status);
    if (with_body && response.file) {
      const auto [ec, count] = co_await asio::async_write(connection_.socket, asio::buffer(head), kAwait);
      if (ec) co_return false;
      const bool sent = co_await send_file(*response.file);
      co_return sent;
    }
    const std::string_view body = with_body ? std::string_view(body_of(response)) : std::string_view();
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body.data(), body.size())};
    const auto [ec, count] = co_await asio::async_write(connection_.socket, parts, kAwait);
    co_return !ec;
  }

  /// The kernel moves the bytes from file to socket. What is not in memory yet is read by the file threads, so that no
  /// other connection of this thread waits for the disk. Each piece has the time of a whole small answer.
  asio::awaitable<bool> send_file(const http::FileBody& file) {
    boost::system::error_code ignored;
    connection_.socket.native_non_blocking(true, ignored);
    auto at = static_cast<off_t>(file.offset());
    std::uint64_t left = file.size();
    while (left > 0) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, kFilePiece));
      if (!is_in_memory(file.descriptor(), at)) {
        const bool read = co_await run_on_files(shared_.workers, [&] { ::readahead(file.descriptor(), at, piece); });
        if (!read) co_return false;
      }
      const ssize_t sent = ::sendfile(connection_.socket.native_handle(), file.descriptor(), &at, piece);
      if (sent > 0) {
        left -= static_cast<std::uint64_t>(sent);
        connection_.enter(Phase::writing, shared_.options.write_timeout);
        continue;
      }
      if (sent == 0) co_return false;  // shorter than it was
      if (errno == EINTR) continue;
      if (errno != EAGAIN) co_return false;
      const auto [ec] = co_await connection_.socket.async_wait(Socket::wait_write, kAwait);
      if (ec || connection_.expired) co_return false;
    }
    co_return true;
  }

  static bool is_in_memory(int file, off_t at) {
    char byte = 0;
    const iovec into{&byte, 1};
    return ::preadv2(file, &into, 1, at, RWF_NOWAIT) >= 0 || errno != EAGAIN;
  }

  /// Closing with unread bytes resets the connection and may take the answer away from the client: say that nothing
  /// more comes, and read what it still sends for a moment.
  asio::awaitable<void> linger(bool unread_input) {
    boost::system::error_code ignored;
    connection_.socket.shutdown(Socket::shutdown_send, ignored);
    if (!unread_input) co_return;
    connection_.enter(Phase::lingering, shared_.options.linger_timeout);
    std::size_t total = 0;
    while (total < kMaxLingerBytes) {
      buffer_.consume(buffer_.view().size());
      const auto read = co_await read_more(connection_, buffer_);
      if (read != ReadResult::data) break;
      total += buffer_.view().size();
    }
  }

  static void log_request(const http::Request& request, const http::Response& response, SteadyTime started) {
    const auto took = std::chrono::steady_clock::now() - started;
    log::debug("request", {log::kv("request", request.request_id), log::kv("method", request.method_text),
                           log::kv("path", request.path), log::kv("status", response.status),
                           log::kv("us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()),
                           log::kv("bytes", body_size(response)), log::kv("from", request.remote_address)});
  }

  Connection& connection_;
  ServerShared& shared_;
  ReceiveBuffer buffer_;
  std::optional<Upgrade> upgrade_;
};

asio::awaitable<Aftermath> converse(Connection& connection) {
  Conversation conversation(connection);
  auto after = co_await conversation.run();
  co_return after;
}

}  // namespace

asio::awaitable<void> serve_connection(Shard& shard, Socket socket, std::optional<IpAddress> peer) {
  Connection connection(shard, std::move(socket), std::move(peer));
  // A new connection owes its first request at once; a kept one may rest.
  auto patience = shard.shared().options.header_timeout;
  while (!shard.stopping()) {
    connection.enter(Phase::idle, patience);
    shard.watch();
    const auto [ec] = co_await connection.socket.async_wait(Socket::wait_read, kAwait);
    if (ec || connection.expired) break;
    auto after = co_await converse(connection);
    if (after.upgrade) {
      const auto session = std::make_shared<StreamSession>(connection, std::move(after.upgrade->stream));
      co_await session->run(std::move(after.upgrade->head), std::move(after.upgrade->received));
      break;
    }
    if (!after.keep) break;
    patience = shard.shared().options.idle_timeout;
  }
}

}  // namespace dunlin::net
