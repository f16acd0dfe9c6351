#include "dunlin/service/aliases.hpp"

#include "browser_session.hpp"
#include "layout.hpp"
#include "settings_pages.hpp"
#include "tables.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;

constexpr std::string_view kPath = "/settings/aliases";

http::Response render(const Call& call, const Visitor& visitor, int status, std::string_view alert) {
  const auto& csrf = visitor.session.csrf_token;
  Html body;
  body.raw(settings_tabs(kPath).str());
  body.add("<section class=\"card\"><h1>Aliases</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  if (call.params().has("changed")) body.add("<p class=\"done\" role=\"status\">That is done.</p>\n");
  body.add(R"(<p>Do you want to move here from another account? Name it here first, then start the move on its server.
Everybody can see which accounts you name.</p>
<form class="stack" method="post" action="{}"><input type="hidden" name="csrf_token" value="{}">
<label for="alias">Address of the other account</label>
<input id="alias" name="alias" type="text" placeholder="name@example.org" autocapitalize="none" spellcheck="false" required>
<button type="submit">Add it</button></form></section>
)",
           {kPath, csrf});
  if (!visitor.account.also_known_as.empty()) {
    body.add("<section class=\"card\"><h2>You are also</h2><ul class=\"rows\">\n");
    for (const auto& uri : visitor.account.also_known_as) {
      body.add(R"(<li><a href="{}" rel="noopener nofollow">{}</a>
<form method="post" action="{}"><input type="hidden" name="_method" value="delete">
<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="alias" value="{}">
<button class="quiet" type="submit">Remove</button></form></li>
)",
               {safe_href(uri), uri, kPath, csrf, uri});
    }
    body.add("</ul></section>\n");
  }
  return render_page(call.config(), {.status = status, .title = "Aliases"}, body);
}

Result<http::Response> show_aliases_page(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  return visitor ? render(call, *visitor, 200, "") : sign_in_for(kPath);
}

Result<http::Response> change_aliases(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return sign_in_for(kPath);
  if (!is_own_form(call, visitor->session.csrf_token)) {
    return render(call, *visitor, 422, "This form has expired. Please try again.");
  }
  const auto alias = call.params().text("alias").value_or("");
  const auto changed = call.params().text("_method") == "delete"
                           ? service::remove_alias(call.env(), call.tx(), call.documents(), visitor->account.id, alias)
                           : service::add_alias(call.env(), call.tx(), call.documents(), visitor->account.id, alias);
  if (changed) return redirect("/settings/aliases?changed=1");
  if (changed.error().code == Errc::need_remote) return std::unexpected(changed.error());
  const auto& why = changed.error().message;
  return render(call, *visitor, 422, why.substr(why.find(": ") + 2) + ".");
}

constexpr api::Route kRoutes[] = {
    {Method::get, kPath, Auth::pub, "", &show_aliases_page, Access::read},
    {Method::post, kPath, Auth::pub, "", &change_aliases},
};

}  // namespace

std::span<const api::Route> alias_page_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
