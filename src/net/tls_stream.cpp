#include "client_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <map>
#include <stdexcept>

namespace dunlin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxSessions = 2048;

struct SessionDeleter {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SessionPtr = std::unique_ptr<SSL_SESSION, SessionDeleter>;

/// Slots of our own: Asio owns the "app data" of both objects.
int context_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}
int key_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

}  // namespace

class TlsClientContext {
 public:
  explicit TlsClientContext(const std::string& ca_file) : context_(asio::ssl::context::tls_client) {
    context_.set_default_verify_paths();
    if (!ca_file.empty()) {
      boost::system::error_code ec;
      context_.load_verify_file(ca_file, ec);
      if (ec) throw std::runtime_error("cannot read the certificates in " + ca_file + ": " + ec.message());
    }
    context_.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX* native = context_.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_ex_data(native, context_slot(), this);
    SSL_CTX_sess_set_new_cb(native, &TlsClientContext::on_new_session);
  }

  asio::ssl::context& context() { return context_; }

  /// A session to resume, at most once each (TLS 1.3 tickets are for one use).
  SessionPtr take(const std::string& key) {
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return nullptr;
    SessionPtr session = std::move(found->second);
    sessions_.erase(found);
    return session;
  }

 private:
  static int on_new_session(SSL* ssl, SSL_SESSION* session) {
    auto* self = static_cast<TlsClientContext*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_slot()));
    const auto* key = static_cast<const std::string*>(SSL_get_ex_data(ssl, key_slot()));
    if (!key) return 0;
    if (self->sessions_.size() >= kMaxSessions) self->sessions_.erase(self->sessions_.begin());
    self->sessions_.insert_or_assign(*key, SessionPtr(session));
    return 1;  // the reference is ours now
  }

  asio::ssl::context context_;
  std::map<std::string, SessionPtr> sessions_;
};

namespace {

class TlsStream final : public ClientStream {
 public:
  TlsStream(const asio::any_io_executor& executor, TlsClientContext& context, const std::string& host, std::string key)
      : ClientStream(executor), key_(std::move(key)), tls_(socket_, context.context()) {
    SSL* native = tls_.native_handle();
    SSL_set_ex_data(native, key_slot(), &key_);
    const bool literal_v6 = host.starts_with('[') && host.ends_with(']');
    const std::string name = literal_v6 ? host.substr(1, host.size() - 2) : host;
    if (IpAddress::parse(name)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), name.c_str());
    } else {
      SSL_set_tlsext_host_name(native, name.c_str());
      SSL_set_hostflags(native, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      SSL_set1_host(native, name.c_str());
    }
    if (const SessionPtr session = context.take(key_)) SSL_set_session(native, session.get());
  }

  ~TlsStream() override {
    // We close without the closing handshake; told so, OpenSSL keeps the session resumable.
    if (established_) SSL_set_shutdown(tls_.native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }

  asio::awaitable<std::string> handshake() override {
    const auto [ec] = co_await tls_.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (!ec) {
      established_ = true;
      co_return std::string();
    }
    const long verdict = SSL_get_verify_result(tls_.native_handle());
    if (verdict != X509_V_OK) co_return "certificate: " + std::string(X509_verify_cert_error_string(verdict));
    co_return ec.message();
  }

  asio::awaitable<Read> read_some(char* data, std::size_t size) override {
    const auto [ec, count] = co_await tls_.async_read_some(asio::buffer(data, size), kAwait);
    co_return Read{ec, count};
  }

  asio::awaitable<boost::system::error_code> write(std::string_view head, std::string_view body) override {
    // TLS sends one record per buffer: a short request goes as one.
    std::string joined(head);
    if (body.size() <= kJoin) {
      joined.append(body);
      body = {};
    }
    auto [ec, count] = co_await asio::async_write(tls_, asio::buffer(joined), kAwait);
    if (!ec && !body.empty()) {
      std::tie(ec, count) = co_await asio::async_write(tls_, asio::buffer(body.data(), body.size()), kAwait);
    }
    co_return ec;
  }

 private:
  static constexpr std::size_t kJoin = 16000;

  std::string key_;
  asio::ssl::stream<TcpSocket&> tls_;
  bool established_ = false;
};

}  // namespace

void TlsClientContextDeleter::operator()(TlsClientContext* context) const {
  delete context;
}

TlsClientContextPtr make_tls_context(const std::string& ca_file) {
  return TlsClientContextPtr(new TlsClientContext(ca_file));
}

std::shared_ptr<ClientStream> make_tls_stream(const asio::any_io_executor& executor, TlsClientContext& context,
                                              const std::string& host, const std::string& key) {
  return std::make_shared<TlsStream>(executor, context, host, key);
}

}  // namespace dunlin::net
