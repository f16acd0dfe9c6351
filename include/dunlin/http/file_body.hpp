#pragma once

#include "dunlin/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace dunlin::http {

/// A part of an open file as the body of an answer: sent by the kernel, never read into memory. The file may be removed
/// meanwhile; what is open stays.
class FileBody {
 public:
  /// The whole file. Errors: not_found, unavailable.
  static Result<std::shared_ptr<FileBody>> open(const std::filesystem::path& path);
  /// Nothing but a size, for the answer to a HEAD.
  static std::shared_ptr<FileBody> of_size(std::uint64_t size);
  ~FileBody();
  FileBody(const FileBody&) = delete;
  FileBody& operator=(const FileBody&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Within what it is now.
  void narrow(std::uint64_t first, std::uint64_t count);

 private:
  FileBody(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_;  // -1: there is none
  std::uint64_t offset_ = 0;
  std::uint64_t size_;
};

/// What a Range field asks for (RFC 9110 14).
struct ByteRange {
  enum class Kind : std::uint8_t { whole, part, unsatisfiable };
  Kind kind = Kind::whole;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};
/// One range of bytes; several at once, other units and nonsense are answered with the whole.
ByteRange parse_range(std::string_view field, std::uint64_t size);

/// Whether an If-None-Match field names this tag: the client has it already (RFC 9110 13.1.2).
bool is_held(std::string_view if_none_match, std::string_view tag);

}  // namespace dunlin::http
