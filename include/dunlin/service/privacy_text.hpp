#pragma once

#include "dunlin/config/config.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// Long texts of the instance.
namespace dunlin::service {

/// What an admin wrote, in Markdown, as clean HTML.
std::string render_long_text(std::string_view markdown);

/// When the text last changed.
inline constexpr std::chrono::sys_days kPrivacyPolicyOf{std::chrono::year{2026} / 11 / 26};

/// The privacy policy of an instance whose admin wrote none: what this program keeps. HTML.
std::string default_privacy_policy(const config::Config& config);

}  // namespace dunlin::service
