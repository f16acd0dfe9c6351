#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// HTTP as plain values: no sockets, no Asio. The edge (net) fills and writes them.
namespace dunlin::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method method);

class FileBody;

struct Header {
  std::string name;
  std::string value;
};

/// Ordered fields; names compare without case.
class Headers {
 public:
  /// First field of that name; nullptr when absent.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// "" when absent.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  /// Replaces all fields of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  [[nodiscard]] const std::vector<Header>& all() const { return fields_; }

 private:
  std::vector<Header> fields_;
};

/// A file that is unlinked when the last owner goes.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// One received request. `path` and `query` are as on the wire, undecoded. A body above the spool limit is in
/// `body_file` and `body` is empty.
struct Request {
  Method method = Method::get;
  std::string method_text;  // as received, e.g. "PROPFIND"
  std::string target;       // path[?query]
  std::string path;
  std::string query;
  Headers headers;
  std::string body;
  std::shared_ptr<TemporaryFile> body_file;
  std::string remote_address;  // the client's, trusted proxies taken into account; "" on a unix socket without one
  // The direct peer is a trusted proxy or a local socket, and so is the client it speaks for: may read /metrics.
  bool peer_is_trusted = false;
  std::string request_id;
  std::chrono::steady_clock::time_point deadline{};
};

/// One answer. The edge adds Date, Content-Length, Connection, X-Request-Id and the security headers that are absent,
/// compresses large text when the client allows it, and drops the body for HEAD.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of body: bytes that several answers share
  std::shared_ptr<const FileBody> file;            // instead of body
};

Response text_response(int status, std::string_view content_type, std::string body);
/// `{"error": message}` with application/json; charset=utf-8.
Response json_error(int status, std::string_view message);
/// 503 with Retry-After.
Response overloaded();

/// A request to another server, complete but unsigned or signed by the caller.
struct OutboundRequest {
  Method method = Method::get;
  std::string url;
  Headers headers;  // Host, User-Agent, Content-Length and Connection are the client's business
  std::shared_ptr<const std::string> body;
  std::chrono::milliseconds timeout{30'000};     // the whole exchange, connect to last byte
  std::size_t max_body_bytes = 1024UL * 1024UL;  // after decompression; more is an error
  bool cut_body = false;                         // no error then: the rest is left unread
  std::filesystem::path body_file{};  // a file to make for the answer's body, instead of keeping it in memory
};

struct OutboundResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

}  // namespace dunlin::http
