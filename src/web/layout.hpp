#pragma once

#include "html.hpp"

#include "dunlin/config/config.hpp"
#include "dunlin/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::web {

struct PageOptions {
  int status = 200;
  std::string title{};        // before the instance's own title; "" = that alone
  bool title_alone = false;   // nothing but `title`
  bool narrow = false;        // a single card: forms and messages
  bool index = false;         // search engines may list it
  bool files = false;         // shows avatars, pictures or films
  bool embedded = false;      // stands in a frame on another page
  std::string form_action{};  // further CSP form-action sources, each behind a space
  Html head{};                // further elements
};

/// A whole page with its security headers: no script at all, one stylesheet of ours (client-api.md 8.2).
http::Response render_page(const config::Config& config, const PageOptions& options, const Html& body);
/// One thing alone, to be framed by any page. Its one script tells the frame's owner how high it is, when asked.
http::Response render_embed(const config::Config& config, std::string_view title, const Html& body);
/// A card with a heading and a sentence.
http::Response render_message(const config::Config& config, int status, std::string_view heading,
                              std::string_view text);

/// 302; `location` is a path of ours or a checked absolute URI.
http::Response redirect(std::string_view location);

}  // namespace dunlin::web
