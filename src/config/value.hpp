#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dunlin::config {

using Texts = std::vector<std::string>;

/// Where a setting lives; the kind of pointer is the type of the setting.
using Slot = std::variant<std::string*, std::filesystem::path*, bool*, int*, double*, std::size_t*,
                          std::chrono::seconds*, std::chrono::milliseconds*, Texts*>;

/// A value as it was written: typed in TOML, always text in the environment.
using Raw = std::variant<std::string, bool, std::int64_t, double, Texts>;

/// Stores `raw` in `slot`. The error says what the type allows, to follow "must be ".
std::expected<void, std::string> store(const Slot& slot, const Raw& raw);

/// The same for a value from the environment, where lists are separated by commas and everything is text.
Raw raw_from_environment(const Slot& slot, const std::string& text);

/// The value as TOML: `"text"`, `512M` as `"512M"`, `["a", "b"]`.
std::string to_toml(const Slot& slot);
std::string to_toml(const Raw& raw);
std::string toml_string(std::string_view text);

/// A number for comparing with bounds: bytes, milliseconds or the number itself; 0 for texts, lists and switches.
double magnitude(const Slot& slot);
/// A bound in the form in which the setting is written: `64M`, `15s`, `0.5`.
std::string bound_text(const Slot& slot, double bound);
/// "text", "size", "duration", ...
std::string_view type_name(const Slot& slot);

}  // namespace dunlin::config
