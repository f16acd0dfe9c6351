#include "layout.hpp"
#include "tables.hpp"

#include "dunlin/service/privacy_text.hpp"
#include "dunlin/store/instance_texts.hpp"

#include <string>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

/// A page of one long text, which is clean HTML.
http::Response render_text(const Call& call, std::string_view title, std::string_view note, std::string_view content) {
  Html body;
  body.add("<section class=\"card prose\"><h1>{}</h1>\n", {title});
  if (!note.empty()) body.add("<p class=\"soft small\">{}</p>\n", {note});
  body.raw(content).add("</section>\n");
  return render_page(call.config(), {.title = std::string(title), .index = true, .files = false}, body);
}

Result<http::Response> show_privacy_policy(Call& call) {
  const auto text = store::find_instance_text(call.tx(), store::InstanceText::privacy_policy);
  return render_text(call, "Privacy policy", "", text ? text->content : service::default_privacy_policy(call.config()));
}

http::Response render_terms(const Call& call, const store::Terms& terms) {
  std::string note = (terms.effective ? "In force since " : "From ") + terms.effective_on;
  if (terms.succeeded_by) note += ", until " + *terms.succeeded_by;
  return render_text(call, "Terms of service", note, terms.content);
}

Result<http::Response> show_terms(Call& call) {
  const auto terms = store::find_current_terms(call.tx());
  if (!terms) return fail(Errc::not_found, "This server has no terms of service");
  return render_terms(call, *terms);
}

Result<http::Response> show_terms_of_date(Call& call) {
  const std::string date(call.path_text("date"));
  for (const auto& terms : store::list_terms(call.tx())) {
    if (terms.effective_on == date) return render_terms(call, terms);
  }
  return fail(Errc::not_found, "There are no terms of service of that date");
}

Result<http::Response> to_terms(Call&) {
  return redirect("/terms-of-service");
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/privacy-policy", Auth::pub, "", &show_privacy_policy, Access::read, 0, Body::raw},
    {Method::get, "/terms-of-service", Auth::pub, "", &show_terms, Access::read, 0, Body::raw},
    {Method::get, "/terms-of-service/:date", Auth::pub, "", &show_terms_of_date, Access::read, 0, Body::raw},
    {Method::get, "/terms", Auth::pub, "", &to_terms, Access::own, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> about_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
