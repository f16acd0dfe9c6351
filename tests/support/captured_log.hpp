#pragma once

#include "dunlin/base/log.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace dunlin::test {

/// Sends the log to a file while it lives.
class CapturedLog {
 public:
  explicit CapturedLog(log::Level least) {
    path_ = std::filesystem::temp_directory_path() / ("dunlin_log_test." + std::to_string(getpid()));
    log::configure(least, path_.string());
  }
  ~CapturedLog() {
    log::configure(log::Level::info);
    std::filesystem::remove(path_);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  [[nodiscard]] std::string text() const {
    std::stringstream all;
    all << std::ifstream(path_).rdbuf();
    return all.str();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace dunlin::test
