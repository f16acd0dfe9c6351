#pragma once

#include "dunlin/http/message.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::net {

/// RFC 9110 12.5.3: whether "gzip" (or "*") is acceptable with a weight above 0.
bool accepts_gzip(std::string_view accept_encoding);
/// Compresses a text body of at least `threshold` bytes (0 = never) when the client takes it. A strong ETag becomes
/// weak, because the bytes differ; Vary tells caches.
void compress_answer(const http::Request& request, http::Response& response, std::size_t threshold);

/// Unpacks a gzip body piece by piece under two limits, so that a small answer cannot become a big one.
class Inflater {
 public:
  enum class State { more, done, too_large, broken };

  explicit Inflater(std::size_t max_bytes);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  State feed(std::string_view packed, std::string& out);
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  const std::size_t max_bytes_;
  std::size_t packed_bytes_ = 0;
  bool finished_ = false;
};

}  // namespace dunlin::net
