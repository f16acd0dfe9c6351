#include "dunlin/net/client.hpp"

#include "body_file.hpp"
#include "client_stream.hpp"
#include "connection_pool.hpp"
#include "io_context.hpp"
#include "resolver.hpp"
#include "response_parser.hpp"
#include "task.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <exception>
#include <utility>

namespace dunlin::net {
namespace {

using Clock = std::chrono::steady_clock;
using Answer = Result<http::OutboundResponse>;

constexpr std::array<std::string_view, 10> kFailures{"timeout",    "dns",       "refused",  "refused address",
                                                     "tls",        "too large", "protocol", "closed",
                                                     "overloaded", "cancelled"};
constexpr std::size_t kMaxAddresses = 4;
constexpr int kMaxInterim = 8;
constexpr std::size_t kFirstReadSize = 2048;  // while nothing has come: who hangs costs no more
constexpr std::size_t kReadSize = 16384;
constexpr std::size_t kFilePiece = 256UL << 10U;
constexpr std::array<std::string_view, 6> kOwnFields{"host",       "user-agent",        "content-length",
                                                     "connection", "transfer-encoding", "accept-encoding"};

constexpr const char* kNoNameServer = "no answer from the name server";
constexpr const char* kNoFreeConnection = "no free connection";

std::unexpected<Error> fail_exchange(ExchangeFailure failure, const std::string& why) {
  return std::unexpected(exchange_error(failure, why));
}

/// Names need a dot and a last label that is no number: "0x7f.1" and "2130706433" are addresses to some resolvers.
bool is_plain_name(const std::string& host) {
  const auto dot = host.rfind('.');
  if (dot == std::string::npos || dot + 1 == host.size()) return false;
  const std::string_view last = std::string_view(host).substr(dot + 1);
  if (std::isdigit(static_cast<unsigned char>(last.front())) != 0) return false;
  return std::ranges::all_of(host, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  });
}

bool is_clean(std::string_view text) {
  return std::ranges::none_of(text,
                              [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

std::optional<IpAddress> literal(const std::string& host) {
  if (host.starts_with('[') && host.ends_with(']')) return IpAddress::parse(host.substr(1, host.size() - 2));
  return IpAddress::parse(host);
}

Result<std::string> render_request(const http::OutboundRequest& request, const Url& url, const std::string& agent) {
  const std::string target = url.target();
  if (!is_clean(target)) return fail_exchange(ExchangeFailure::protocol, "the request target is malformed");
  std::string head;
  head.reserve(512);
  head.append(http::to_string(request.method)).append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  head.append(url.authority()).append("\r\nUser-Agent: ").append(agent).append("\r\n");
  if (request.method == http::Method::get) head.append("Accept-Encoding: gzip\r\n");
  for (const http::Header& field : request.headers.all()) {
    if (!is_clean(field.name) || !is_clean(field.value)) {
      return fail_exchange(ExchangeFailure::protocol, "the request header is malformed");
    }
    if (std::ranges::any_of(kOwnFields, [&](auto own) { return text::equals_ignore_case(own, field.name); })) continue;
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (request.body || request.method == http::Method::post || request.method == http::Method::put) {
    head.append("Content-Length: ").append(std::to_string(request.body ? request.body->size() : 0)).append("\r\n");
  }
  head.append("\r\n");
  return head;
}

/// One request and its answer on an open connection.
class Talk {
 public:
  Talk(ClientStream& stream, const http::OutboundRequest& request, const std::string& head, SteadyTime deadline,
       const ClientOptions& options)
      : stream_(stream), request_(request), head_(head), deadline_(deadline), options_(options) {
    if (!request.body_file.empty()) file_.emplace(request.body_file);
  }

  asio::awaitable<Answer> run() {
    const std::string_view body = request_.body ? std::string_view(*request_.body) : std::string_view();
    stream_.set_deadline(deadline_);
    const auto written = co_await stream_.write(head_, body);
    if (written && stream_.timed_out()) co_return fail_exchange(ExchangeFailure::timeout, "sending the request");
    // A server may refuse a body before it has read all of it: its answer counts even when writing failed.
    stream_.set_deadline(std::min(deadline_, Clock::now() + options_.first_byte_timeout));
    for (int interim = 0; interim < kMaxInterim; ++interim) {
      ResponseParser parser(request_, options_.max_header_bytes);
      if (auto failed = co_await read(parser)) co_return std::unexpected(*std::move(failed));
      if (parser.is_interim()) continue;
      if (file_ && !parser.is_interim()) {
        if (auto failed = co_await store(parser)) co_return std::unexpected(*std::move(failed));
      }
      may_keep_ = !written && parser.is_done() && parser.keep_alive() && left_.empty();
      co_return parser.take();
    }
    co_return fail_exchange(ExchangeFailure::protocol, "too many interim answers");
  }

  /// No byte of an answer came.
  [[nodiscard]] bool nothing_read() const { return !read_any_; }
  /// The connection is good for another exchange.
  [[nodiscard]] bool may_keep() const { return may_keep_; }

 private:
  asio::awaitable<std::optional<Error>> read(ResponseParser& parser) {
    std::optional<Error> failed;
    while (!parser.is_complete()) {
      if (!left_.empty()) {
        std::size_t consumed = 0;
        failed = parser.feed(left_, consumed);
        if (failed) co_return failed;
        left_.erase(0, consumed);
        if (parser.is_complete()) break;
        if (file_ && parser.body_bytes() >= kFilePiece) {
          failed = co_await store(parser);
          if (failed) co_return failed;
        }
        if (consumed != 0 && !left_.empty()) continue;
        if (left_.size() > options_.max_header_bytes) {
          co_return exchange_error(ExchangeFailure::too_large, "the header of the answer is too large");
        }
      }
      const std::size_t kept = left_.size();
      const std::size_t room = read_any_ ? kReadSize : kFirstReadSize;
      left_.resize(kept + room);
      const auto [ec, count] = co_await stream_.read_some(left_.data() + kept, room);
      left_.resize(kept + count);
      if (ec) {
        co_return stream_.timed_out() ? exchange_error(ExchangeFailure::timeout, "no complete answer in time")
                                      : end(parser, ec);
      }
      if (!read_any_) stream_.set_deadline(deadline_);
      read_any_ = true;
    }
    co_return failed;
  }

  /// What has come of the body goes to the file.
  asio::awaitable<std::optional<Error>> store(ResponseParser& parser) {
    std::optional<Error> failed;
    const std::string piece = parser.take_body();
    bool written = false;
    const bool ran =
        options_.files != nullptr && co_await run_on_files(*options_.files, [&] { written = file_->write(piece); });
    if (!ran || !written) failed = exchange_error(ExchangeFailure::overloaded, "the body cannot be stored");
    co_return failed;
  }

  /// Only a clean end may stand for the end of a body; a broken TLS stream is no clean end.
  static std::optional<Error> end(ResponseParser& parser, const boost::system::error_code& ec) {
    if (ec == asio::error::eof) return parser.end_of_stream();
    return exchange_error(ExchangeFailure::closed, ec.message());
  }

  ClientStream& stream_;
  const http::OutboundRequest& request_;
  const std::string& head_;
  const SteadyTime deadline_;
  const ClientOptions& options_;
  std::string left_;  // received and not consumed
  std::optional<BodyFile> file_;
  bool read_any_ = false;
  bool may_keep_ = false;
};

}  // namespace

std::string_view to_string(ExchangeFailure failure) {
  return kFailures[static_cast<std::size_t>(failure)];
}

Error exchange_error(ExchangeFailure failure, const std::string& why) {
  return Error{.code = Errc::remote_failed,
               .message = "The remote server could not be reached",
               .detail = std::string(to_string(failure)) + (why.empty() ? "" : ": " + why)};
}

ExchangeFailure failure_of(const Error& error) {
  const std::string_view word = std::string_view(error.detail).substr(0, error.detail.find(':'));
  const auto found = std::ranges::find(kFailures, word);
  return found == kFailures.end() ? ExchangeFailure::closed
                                  : static_cast<ExchangeFailure>(std::distance(kFailures.begin(), found));
}

bool is_timeout_before_asking(const Error& error) {
  return failure_of(error) == ExchangeFailure::timeout &&
         (error.detail.ends_with(kNoNameServer) || error.detail.ends_with(kNoFreeConnection));
}

namespace {

Resolver::Options resolver_options(const ClientOptions& options) {
  Resolver::Options result;
  result.threads = options.resolver_threads;
  result.cache_time = options.dns_cache_time;
  result.slow = options.dns_timeout;
  result.lookup = options.lookup;
  result.owner_of = options.owner_of;
  return result;
}

}  // namespace

struct Client::Impl {
  Impl(IoThread& io_thread, ClientOptions client_options)
      : thread(io_thread),
        options(std::move(client_options)),
        executor(thread.impl().context.get_executor()),
        tls(make_tls_context(options.ca_file)),
        resolver(executor, resolver_options(options)),
        pool(executor, {options.max_connections, options.max_idle_connections, options.max_connections_per_host,
                        options.idle_timeout}) {}

  asio::awaitable<void> run(http::OutboundRequest request, ExchangeCallback done);
  asio::awaitable<Answer> exchange(http::OutboundRequest request);
  asio::awaitable<Result<std::vector<IpAddress>>> addresses(const Url& url, SteadyTime deadline);
  asio::awaitable<std::optional<Error>> open(ConnectionPool::Lease& lease, const Url& url, SteadyTime deadline);
  std::optional<Error> judge(const Url& url) const;

  IoThread& thread;
  const ClientOptions options;
  asio::any_io_executor executor;
  TlsClientContextPtr tls;
  Resolver resolver;
  ConnectionPool pool;
  TaskGroup tasks;
  bool stopped = false;
  std::atomic<bool> stop_called{false};  // the thread may be gone from here on
};

/// What can be refused from the URL alone.
std::optional<Error> Client::Impl::judge(const Url& url) const {
  if (url.scheme != "https" && !options.allow_http) {
    return exchange_error(ExchangeFailure::refused_address, "only https is allowed");
  }
  const auto address = literal(url.host);
  if (!address && options.allowed_private.empty() && !is_plain_name(url.host)) {
    return exchange_error(ExchangeFailure::refused_address, "not a public host name");
  }
  const bool free_port = options.allow_http || !options.allowed_private.empty();
  if (!url.has_default_port() && !free_port) {
    return exchange_error(ExchangeFailure::refused_address, "port " + std::to_string(url.port));
  }
  return std::nullopt;
}

asio::awaitable<Result<std::vector<IpAddress>>> Client::Impl::addresses(const Url& url, SteadyTime deadline) {
  using Found = Result<std::vector<IpAddress>>;
  Found found = fail_exchange(ExchangeFailure::dns, "");
  if (const auto address = literal(url.host)) {
    found = std::vector{*address};
  } else {
    // The first of answer and timer wins; the other finds the promise taken.
    const auto limit = std::min(deadline, Clock::now() + options.dns_timeout);
    auto timer = std::make_shared<asio::steady_timer>(executor, limit);
    found = co_await await_callback<Found>([&](std::move_only_function<void(Found)> done) {
      auto once = std::make_shared<std::move_only_function<void(Found)>>(std::move(done));
      timer->async_wait([once](const boost::system::error_code& ec) {
        if (ec || !*once) return;
        auto call = std::exchange(*once, nullptr);
        call(fail_exchange(ExchangeFailure::timeout, kNoNameServer));
      });
      resolver.resolve(url.host, [once, timer](Found answer) {
        timer->cancel();
        if (!*once) return;
        auto call = std::exchange(*once, nullptr);
        call(std::move(answer));
      });
    });
  }
  if (!found) co_return found;
  std::erase_if(*found, [&](const IpAddress& address) {
    if (options.allowed_private.contains(address)) return false;
    return !is_public(address) || (!url.has_default_port() && !options.allow_http);
  });
  if (found->empty()) found = fail_exchange(ExchangeFailure::refused_address, url.host);
  if (found && found->size() > kMaxAddresses) found->resize(kMaxAddresses);
  co_return found;
}

asio::awaitable<std::optional<Error>> Client::Impl::open(ConnectionPool::Lease& lease, const Url& url,
                                                         SteadyTime deadline) {
  const auto found = co_await addresses(url, deadline);
  if (!found) co_return found.error();
  const auto limit = std::min(deadline, Clock::now() + options.connect_timeout);
  std::optional<Error> last;
  for (std::size_t i = 0; i < found->size(); ++i) {
    if (stopped) co_return exchange_error(ExchangeFailure::cancelled, "stopping");
    lease.use(url.scheme == "https" ? make_tls_stream(executor, *tls, url.host, url.origin())
                                    : make_tcp_stream(executor));
    ClientStream& stream = *lease.stream();
    // One address that does not answer must leave time for the next.
    const auto now = Clock::now();
    const auto share = (limit - now) / static_cast<int>(found->size() - i);
    stream.set_deadline(std::min(limit, now + share));
    const auto ec = co_await stream.connect((*found)[i], url.port);
    if (ec) {
      last = stream.timed_out() ? exchange_error(ExchangeFailure::timeout, "connect")
                                : exchange_error(ExchangeFailure::refused, ec.message());
      continue;
    }
    stream.set_deadline(std::min(deadline, Clock::now() + options.tls_timeout));
    const std::string broken = co_await stream.handshake();
    if (broken.empty()) co_return std::nullopt;
    co_return stream.timed_out() ? exchange_error(ExchangeFailure::timeout, "TLS handshake")
                                 : exchange_error(ExchangeFailure::tls, broken);
  }
  co_return last;
}

asio::awaitable<Answer> Client::Impl::exchange(http::OutboundRequest request) {
  const auto url = Url::parse(request.url);
  if (!url) co_return fail_exchange(ExchangeFailure::refused_address, "the URL is malformed");
  if (auto refused = judge(*url)) co_return std::unexpected(*std::move(refused));
  auto head = render_request(request, *url, options.user_agent);
  if (!head) co_return std::unexpected(std::move(head).error());
  const auto deadline = Clock::now() + request.timeout;

  for (bool fresh = false;; fresh = true) {
    auto lease = co_await pool.acquire(url->origin(), deadline, fresh);
    if (!lease.granted()) {
      co_return stopped ? fail_exchange(ExchangeFailure::cancelled, "stopping")
                        : fail_exchange(ExchangeFailure::timeout, kNoFreeConnection);
    }
    if (lease.stream() == nullptr) {
      if (auto failed = co_await open(lease, *url, deadline)) {
        co_return std::unexpected(stopped ? exchange_error(ExchangeFailure::cancelled, "stopping")
                                          : *std::move(failed));
      }
    }
    Talk talk(*lease.stream(), request, *head, deadline, options);
    Answer answer = co_await talk.run();
    if (stopped && !answer) co_return fail_exchange(ExchangeFailure::cancelled, "stopping");
    // A kept connection may have been closed under us: try once more, on a new one.
    const bool stale = lease.reused() && talk.nothing_read() && !lease.stream()->timed_out();
    if (!answer && stale && failure_of(answer.error()) == ExchangeFailure::closed) continue;
    if (answer && talk.may_keep()) lease.keep();
    co_return answer;
  }
}

asio::awaitable<void> Client::Impl::run(http::OutboundRequest request, ExchangeCallback done) {
  Answer answer = fail_exchange(ExchangeFailure::protocol, "internal error");
  try {
    answer = co_await exchange(std::move(request));
  } catch (const std::exception& e) {  // who waits for the callback must get it
    log::error("exchange failed", {log::kv("what", e.what())});
  }
  done(std::move(answer));
}

Client::Client(IoThread& thread, ClientOptions options) : impl_(std::make_unique<Impl>(thread, std::move(options))) {}

Client::~Client() {
  stop();
}

void Client::exchange(http::OutboundRequest request, ExchangeCallback done) {
  if (impl_->stop_called) return done(fail_exchange(ExchangeFailure::cancelled, "stopping"));
  impl_->thread.post([impl = impl_.get(), request = std::move(request), done = std::move(done)]() mutable {
    if (impl->stopped) return done(fail_exchange(ExchangeFailure::cancelled, "stopping"));
    spawn(impl->tasks, impl->executor, "exchange", impl->run(std::move(request), std::move(done)));
  });
}

bool Client::has_room(const std::string& url) {
  const auto parsed = Url::parse(url);
  return !parsed || impl_->resolver.has_room(parsed->host);
}

void Client::stop() {
  if (impl_->stop_called.exchange(true)) return;
  impl_->thread.run([this] {
    impl_->stopped = true;
    impl_->resolver.stop();
    impl_->pool.stop();
  });
  impl_->tasks.wait();
}

}  // namespace dunlin::net
