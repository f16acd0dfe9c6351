#include "reader.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace dunlin::config {

namespace {

Result<std::string> read_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return fail(Errc::invalid, fmt::format("cannot read the configuration {}: it is a folder", file.string()));
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) {
    return fail(Errc::invalid,
                fmt::format("cannot read the configuration {}: {}", file.string(), std::strerror(errno)));
  }
  return content;
}

}  // namespace

Result<Config> load(const std::filesystem::path& file, const std::map<std::string, std::string>& environment) {
  const auto toml = TRY(read_file(file));
  Reader reader;
  TRY_VOID(reader.read_toml(toml, file.string()));
  TRY_VOID(reader.read_environment(environment));
  auto config = TRY(reader.finish());
  auto& data_dir = config.server.data_dir;
  if (data_dir.is_relative()) data_dir = (std::filesystem::absolute(file).parent_path() / data_dir).lexically_normal();
  return config;
}

Result<Config> parse(std::string_view toml, const std::map<std::string, std::string>& environment) {
  Reader reader;
  TRY_VOID(reader.read_toml(toml, "config"));
  TRY_VOID(reader.read_environment(environment));
  return reader.finish();
}

}  // namespace dunlin::config
