#include "settings_pages.hpp"

#include "layout.hpp"

#include "dunlin/base/text.hpp"

#include <array>
#include <utility>

namespace dunlin::web {

Html settings_tabs(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kPages{
      {{"/auth/edit", "Sign-in"},
       {"/auth/two_factor", "Two-factor"},
       {"/settings/preferences", "Preferences"},
       {"/settings/aliases", "Aliases"},
       {"/oauth/authorized_applications", "Apps"}}};
  Html out;
  out.add("<nav class=\"tabs settings\" aria-label=\"Settings\">\n");
  for (const auto& [address, name] : kPages) {
    out.add("<a href=\"{}\"", {address});
    if (address == path) out.add(" aria-current=\"page\"");
    out.add(">{}</a>\n", {name});
  }
  out.add("</nav>\n");
  return out;
}

http::Response sign_in_for(std::string_view path) {
  return redirect("/auth/sign_in?return_to=" + text::percent_encode(path));
}

}  // namespace dunlin::web
