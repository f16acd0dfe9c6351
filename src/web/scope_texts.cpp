#include "scope_texts.hpp"

#include "dunlin/service/oauth.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace dunlin::web {

namespace {

struct Area {
  std::string_view resource;  // the part of a scope after read: or write:
  std::string_view name;
};

constexpr std::array kAreas = {
    Area{"accounts", "Your profile and account settings"},
    Area{"statuses", "Posts"},
    Area{"media", "Pictures, sound and video"},
    Area{"notifications", "Notifications"},
    Area{"conversations", "Private conversations"},
    Area{"favourites", "Favourites"},
    Area{"bookmarks", "Bookmarks"},
    Area{"lists", "Lists"},
    Area{"collections", "Collections"},
    Area{"filters", "Filters"},
    Area{"follows", "Whom you follow"},
    Area{"blocks", "Whom you block"},
    Area{"mutes", "Whom you mute"},
    Area{"search", "Searching in your name"},
    Area{"reports", "Reports to the moderators"},
};

constexpr std::array kModeration = {
    Area{"accounts", "Moderation: accounts"},
    Area{"reports", "Moderation: reports"},
    Area{"domain_allows", "Moderation: allowed servers"},
    Area{"domain_blocks", "Moderation: blocked servers"},
    Area{"ip_blocks", "Moderation: blocked addresses"},
    Area{"email_domain_blocks", "Moderation: blocked e-mail providers"},
    Area{"canonical_email_blocks", "Moderation: blocked e-mail addresses"},
};

bool holds(const std::vector<std::string>& scopes, const std::string& scope) {
  return std::ranges::find(scopes, scope) != scopes.end();
}

void add_line(Html& out, std::string_view name, bool reads, bool writes) {
  if (!reads && !writes) return;
  out.add("<li>{} <span>{}</span></li>\n", {name, reads && writes ? "read and change" : reads ? "read" : "change"});
}

template <std::size_t N>
void add_areas(Html& out, const std::array<Area, N>& areas, const std::string& prefix,
               const std::vector<std::string>& scopes) {
  const bool reads_all = holds(scopes, prefix + "read");
  const bool writes_all = holds(scopes, prefix + "write");
  for (const Area& area : areas) {
    const std::string resource(area.resource);
    // What the whole line above says already is not said again.
    const bool follow = prefix.empty() && holds(scopes, "follow") &&
                        (resource == "follows" || resource == "blocks" || resource == "mutes");
    const bool reads = !reads_all && (follow || holds(scopes, prefix + "read:" + resource));
    const bool writes = !writes_all && (follow || holds(scopes, prefix + "write:" + resource));
    add_line(out, area.name, reads, writes);
  }
}

}  // namespace

Html render_scopes(const std::vector<std::string>& scopes) {
  Html out;
  out.add("<ul class=\"scopes\">\n");
  if (holds(scopes, "profile")) out.add("<li>Who you are: name and picture <span>read</span></li>\n");
  add_line(out, "Everything in your account", holds(scopes, "read"), holds(scopes, "write"));
  add_areas(out, kAreas, "", scopes);
  if (holds(scopes, "push")) out.add("<li>Push notifications <span>receive</span></li>\n");
  add_line(out, "Moderation: everything", holds(scopes, "admin:read"), holds(scopes, "admin:write"));
  add_areas(out, kModeration, "admin:", scopes);
  out.add("</ul>\n");
  return out;
}

}  // namespace dunlin::web
