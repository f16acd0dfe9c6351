#include "browser_session.hpp"
#include "layout.hpp"
#include "scope_texts.hpp"
#include "settings_pages.hpp"
#include "tables.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/store/oauth.hpp"

namespace dunlin::web {

namespace {

using api::Auth;
using api::Call;
using http::Method;

constexpr std::string_view kPath = "/oauth/authorized_applications";

Result<http::Response> show_grants(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return sign_in_for(kPath);
  const auto grants = store::list_granted_applications(call.tx(), visitor->user.id);
  Html body;
  body.raw(settings_tabs(kPath).str()).add("<h1>Authorized applications</h1>\n");
  if (grants.empty()) body.add("<section class=\"card\"><p>No application may use your account.</p></section>\n");
  for (const store::GrantedApplication& grant : grants) {
    const model::Application& application = grant.application;
    body.add("<section class=\"card\"><h2>{}</h2>\n", {application.name});
    body.add("<p class=\"soft small\">Since <time datetime=\"{}\">{}</time></p>\n",
             {format_iso8601(grant.granted_at), readable_time(grant.granted_at)});
    body.raw(render_scopes(grant.scopes).str());
    body.add(R"(<form method="post" action="/oauth/authorized_applications/{}">
<input type="hidden" name="_method" value="delete"><input type="hidden" name="csrf_token" value="{}">
<button class="quiet" type="submit">Revoke {}</button></form></section>
)",
             {application.id.str(), visitor->session.csrf_token, application.name});
  }
  return render_page(call.config(), {.title = "Authorized applications"}, body);
}

Result<http::Response> revoke_grant(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return sign_in_for(kPath);
  if (!is_own_form(call, visitor->session.csrf_token)) {
    return render_message(call.config(), 422, "Nothing was revoked", "This form has expired. Please try again.");
  }
  const auto id = TRY(call.path_id<ApplicationId>("id"));
  store::revoke_grants(call.tx(), visitor->user.id, id);
  call.env().events.tell(call.tx(), service::events::LoginChanged{visitor->user.id});
  return redirect(kPath);
}

constexpr api::Route kRoutes[] = {
    {Method::get, kPath, Auth::pub, "", &show_grants},
    // Forms say delete by _method.
    {Method::post, "/oauth/authorized_applications/:id", Auth::pub, "", &revoke_grant},
    {Method::delete_, "/oauth/authorized_applications/:id", Auth::pub, "", &revoke_grant},
};

}  // namespace

std::span<const api::Route> grant_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
