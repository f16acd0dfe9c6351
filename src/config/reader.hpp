#pragma once

#include "fields.hpp"

#include "dunlin/config/config.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::config {

/// Fills a Config from its sources, one after the other, and checks it. Errors are invalid, one line each.
class Reader {
 public:
  Reader() : fields_(fields_of(config_)) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// `name` stands for the text in errors.
  Result<void> read_toml(std::string_view toml, const std::string& name);
  Result<void> read_environment(const std::map<std::string, std::string>& environment);
  /// Fills what follows from other settings and checks the rules about more than one.
  Result<Config> finish();

 private:
  /// `where` names the source: a file with a line, or a variable.
  Result<void> set(const Field& field, const Raw& raw, const std::string& where);
  [[nodiscard]] const Field* find(std::string_view section, std::string_view key) const;
  [[nodiscard]] std::string nearest_key(std::string_view section, std::string_view key) const;
  [[nodiscard]] Result<void> check_public_url() const;
  [[nodiscard]] Result<void> check_test_settings() const;
  [[nodiscard]] Result<void> check_storage() const;

  Config config_;
  std::vector<Field> fields_;
};

}  // namespace dunlin::config
