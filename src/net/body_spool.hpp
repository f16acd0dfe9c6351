#pragma once

#include "dunlin/http/message.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace dunlin::net {

/// Moves a long request body to a file, piece by piece.
class BodySpool {
 public:
  BodySpool(std::filesystem::path folder, std::size_t spool_above);
  ~BodySpool();
  BodySpool(const BodySpool&) = delete;
  BodySpool& operator=(const BodySpool&) = delete;

  /// Whether enough of the body is in memory to be worth a write.
  [[nodiscard]] bool wants_write(const http::Request& request) const;
  /// At the end: whether the body belongs into a file.
  [[nodiscard]] bool wants_finish(const http::Request& request) const;
  /// Blocks: on the files pool. Empties `request.body`. False: the disk refused (logged).
  bool write(http::Request& request);
  [[nodiscard]] std::shared_ptr<http::TemporaryFile> finish() { return std::move(file_); }

 private:
  bool open();

  std::filesystem::path folder_;
  std::size_t spool_above_;
  int descriptor_ = -1;
  std::shared_ptr<http::TemporaryFile> file_;
};

}  // namespace dunlin::net
