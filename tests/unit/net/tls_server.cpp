#include "tls_server.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace dunlin::net::test {
namespace {

constexpr long kDay = 24L * 3600L;

KeyPtr make_key() {
  return KeyPtr(EVP_EC_gen("P-256"));
}

CertificatePtr make_certificate(EVP_PKEY* key, const char* common_name, long serial, int days) {
  CertificatePtr certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  return certificate;
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (!extension) throw std::runtime_error("bad extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestAuthority::TestAuthority() : key_(make_key()), certificate_(make_certificate(key_.get(), "Test authority", 1, 10)) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
  char name[] = "/tmp/dunlin-ca-XXXXXX";
  const int fd = ::mkstemp(name);
  file_ = name;
  FILE* file = ::fdopen(fd, "w");
  PEM_write_X509(file, certificate_.get());
  std::fclose(file);
}

TestAuthority::~TestAuthority() {
  ::unlink(file_.c_str());
}

std::pair<KeyPtr, CertificatePtr> TestAuthority::issue(const std::string& names, int days) const {
  KeyPtr key = make_key();
  CertificatePtr certificate = make_certificate(key.get(), "server", 2, days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names.c_str());
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  return {std::move(key), std::move(certificate)};
}

TlsServer::TlsServer(std::pair<KeyPtr, CertificatePtr> identity, int newest_version)
    : identity_(std::move(identity)), context_(SSL_CTX_new(TLS_server_method())) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write()
  if (newest_version != 0) {
    SSL_CTX_set_min_proto_version(context_.get(), 0);
    SSL_CTX_set_max_proto_version(context_.get(), newest_version);
    SSL_CTX_set_security_level(context_.get(), 0);
  }
  SSL_CTX_use_certificate(context_.get(), identity_.second.get());
  SSL_CTX_use_PrivateKey(context_.get(), identity_.first.get());
  server_ = std::make_unique<ScriptedServer>([this](int fd, int) { serve(fd); });
}

std::string TlsServer::url(const std::string& host) const {
  return "https://" + host + ":" + std::to_string(server_->port()) + "/";
}

std::string TlsServer::server_name() const {
  const std::lock_guard lock(mutex_);
  return server_name_;
}

void TlsServer::serve(int fd) {
  SSL* ssl = SSL_new(context_.get());
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) == 1) {
    if (SSL_session_reused(ssl) != 0) ++resumed_;
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) {
      const std::lock_guard lock(mutex_);
      server_name_ = name;
    }
    std::string request;
    char piece[4096];
    for (;;) {
      const int count = SSL_read(ssl, piece, sizeof piece);
      if (count <= 0) break;
      request.append(piece, static_cast<std::size_t>(count));
      if (!request.ends_with("\r\n\r\n")) continue;
      request.clear();
      constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure";
      const bool last = close_after_answer;  // as it was when the answer went out
      SSL_write(ssl, kAnswer.data(), kAnswer.size());
      if (last) break;
    }
  }
  SSL_free(ssl);
}

}  // namespace dunlin::net::test
