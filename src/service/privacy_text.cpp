#include "dunlin/service/privacy_text.hpp"

#include "dunlin/html/markup.hpp"
#include "dunlin/html/sanitize.hpp"

#include <fmt/core.h>

namespace dunlin::service {

std::string render_long_text(std::string_view markdown) {
  return html::sanitize_note_html(html::markdown_to_html(markdown));
}

std::string default_privacy_policy(const config::Config& config) {
  const std::string contact = config.instance.contact_email.empty()
                                  ? std::string("Ask the administrators.")
                                  : fmt::format("Ask the administrators at {}.", config.instance.contact_email);
  return render_long_text(fmt::format(R"(**What we keep**

- Of your account: its name, your e-mail address, your password in a form from which it cannot be read, your settings, and what you write into your profile.
- What you post, your follows, favourites, boosts, bookmarks, lists, filters and the like, so that they can be shown to you and to those whom they are meant for.
- Of your visits: the browsers and apps that you are signed in with, the network address of each sign-in, and the day of your last visit.

**What others see**

- Public posts and your profile are open to everybody, and are sent to other servers. Posts to followers go to the servers of your followers, direct posts to the servers of those whom you name. We ask other servers to delete what you delete, but cannot make them.
- Your e-mail address and your sign-ins are shown to nobody but you and the administrators of {0}.

**What we do not do**

- We sell nothing, and we load nothing from advertisers or trackers.

**How long**

- What you post stays until you delete it. When your account is deleted, all of the above is erased; only the name stays reserved, so that nobody can pose as you.
- What other servers send us is kept while somebody here has a use for it.

**Questions**

{1}
)",
                                      config.server.domain, contact));
}

}  // namespace dunlin::service
