#include "browser_name.hpp"

#include <utility>

namespace dunlin::web {

std::string readable_browser(std::string_view agent) {
  constexpr std::pair<std::string_view, std::string_view> kBrowsers[] = {
      {"Firefox/", "Firefox"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}};
  constexpr std::pair<std::string_view, std::string_view> kSystems[] = {{"Android", "Android"}, {"iPhone", "iOS"},
                                                                        {"iPad", "iPadOS"},     {"Windows", "Windows"},
                                                                        {"Mac OS", "macOS"},    {"Linux", "Linux"}};
  const auto find = [&](const auto& names) {
    for (const auto& [mark, name] : names) {
      if (agent.contains(mark)) return name;
    }
    return std::string_view();
  };
  const auto browser = find(kBrowsers);
  const auto system = find(kSystems);
  if (browser.empty()) return "An unknown browser";
  return std::string(browser) + (system.empty() ? "" : " on " + std::string(system));
}

}  // namespace dunlin::web
