#include "token_text.hpp"

#include "dunlin/base/text.hpp"

namespace dunlin::api {

std::string token_text(const http::Request& request, const http::Params& params) {
  static constexpr std::string_view kScheme = "Bearer ";
  const std::string_view header = request.headers.get("Authorization");
  if (text::starts_with_ignore_case(header, kScheme)) return std::string(text::trim(header.substr(kScheme.size())));
  return params.text("access_token").value_or("");
}

}  // namespace dunlin::api
