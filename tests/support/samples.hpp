#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace dunlin::test {

/// Real files of every kind, made when asked for and gone with the object.
class Samples {
 public:
  Samples()
      : folder_(std::filesystem::temp_directory_path() /
                ("dunlin-samples-" + std::to_string(getpid()) + "-" + std::to_string(++made_))) {
    std::filesystem::create_directories(folder_);
  }
  ~Samples() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Samples(const Samples&) = delete;
  Samples& operator=(const Samples&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// `arguments` of ffmpeg but for the name of what is made.
  std::filesystem::path ffmpeg(const std::string& arguments, const std::string& name) const {
    return run("ffmpeg -nostdin -v error -y " + arguments + " ", name);
  }
  /// A picture: `size` as "640x480".
  std::filesystem::path picture(const std::string& size, const std::string& name) const {
    return ffmpeg("-f lavfi -i testsrc=size=" + size + " -frames:v 1", name);
  }
  /// A film of test pictures; `sound` beside it.
  std::filesystem::path film(const std::string& size, double seconds, bool sound, const std::string& more,
                             const std::string& name) const {
    const auto length = std::to_string(seconds);
    return ffmpeg("-f lavfi -i testsrc=size=" + size + ":rate=10:duration=" + length +
                      (sound ? " -f lavfi -i sine=frequency=440:duration=" + length : "") + " " + more,
                  name);
  }
  std::filesystem::path sound(const std::string& more, const std::string& name) const {
    return ffmpeg("-f lavfi -i sine=frequency=440:duration=1 " + more, name);
  }
  /// By libvips, for what ffmpeg cannot write: AVIF, HEIC.
  std::filesystem::path converted(const std::filesystem::path& from, const std::string& name,
                                  const std::string& options = "") const {
    return run("vips copy '" + from.string() + "' ", name, options);
  }
  std::filesystem::path bytes(const std::string& content, const std::string& name) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  static std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  [[nodiscard]] std::filesystem::path run(const std::string& command, const std::string& name,
                                          const std::string& options = "") const {
    auto path = folder_ / name;
    if (std::system((command + "'" + path.string() + options + "' >'" + path.string() + ".log' 2>&1").c_str()) != 0) {
      throw std::runtime_error(command + name + ": " + read(path.string() + ".log"));
    }
    return path;
  }
  static inline int made_ = 0;
  std::filesystem::path folder_;
};

}  // namespace dunlin::test
