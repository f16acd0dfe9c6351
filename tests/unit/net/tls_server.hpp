#pragma once

#include "support.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <memory>
#include <string>

namespace dunlin::net::test {

struct OpenSslDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, OpenSslDeleter>;
using CertificatePtr = std::unique_ptr<X509, OpenSslDeleter>;

/// A certificate authority made for one test, its certificate in a file for ClientOptions::ca_file.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  [[nodiscard]] const std::string& file() const { return file_; }
  /// `names` as OpenSSL writes them: "DNS:example.test,IP:127.0.0.1". `days` may be negative: expired.
  [[nodiscard]] std::pair<KeyPtr, CertificatePtr> issue(const std::string& names, int days = 1) const;

 private:
  KeyPtr key_;
  CertificatePtr certificate_;
  std::string file_;
};

/// Answers every request on every connection with 200 and "secure".
class TlsServer {
 public:
  explicit TlsServer(std::pair<KeyPtr, CertificatePtr> identity, int newest_version = 0);
  [[nodiscard]] std::string url(const std::string& host) const;
  [[nodiscard]] int resumed() const { return resumed_; }
  [[nodiscard]] int accepted() const { return server_->accepted(); }
  [[nodiscard]] std::string server_name() const;

  std::atomic<bool> close_after_answer{false};

 private:
  void serve(int fd);

  std::pair<KeyPtr, CertificatePtr> identity_;
  std::unique_ptr<SSL_CTX, OpenSslDeleter> context_;
  std::atomic<int> resumed_{0};
  mutable std::mutex mutex_;
  std::string server_name_;
  std::unique_ptr<ScriptedServer> server_;
};

}  // namespace dunlin::net::test
