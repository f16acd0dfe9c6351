#pragma once

#include <filesystem>
#include <string_view>

namespace dunlin::net {

/// A file that the body of an answer is written to, piece by piece. Blocks: for the file threads.
class BodyFile {
 public:
  explicit BodyFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~BodyFile();
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;

  /// The file is made by the first piece; it must not be there. false: it could not be written (logged).
  bool write(std::string_view piece);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace dunlin::net
