#pragma once

#include "dunlin/base/clock.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace dunlin::web {

/// Builds a page. Values are escaped for element content and quoted attributes; markup comes from literals only.
class Html {
 public:
  /// `add(R"(<a href="{}">{}</a>)", {url, name})`: each {} takes the next value, escaped.
  Html& add(std::string_view markup, std::initializer_list<std::string_view> values = {});
  /// Markup that is safe already: another Html, or stored content that was sanitised.
  Html& raw(std::string_view markup);
  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  std::string out_;
};

/// `url` if it is http(s), else "#": what may stand in an href that came from elsewhere.
std::string_view safe_href(std::string_view url);
/// `23 Nov 2026, 01:02 UTC` for people.
std::string readable_time(Time time);
/// `23 Nov 2026`.
std::string readable_day(Time time);
/// `12 345`.
std::string readable_count(std::int64_t count);

}  // namespace dunlin::web
