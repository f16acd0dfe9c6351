#include "browser_session.hpp"
#include "layout.hpp"
#include "settings_pages.hpp"
#include "tables.hpp"

#include "dunlin/base/language_names.hpp"
#include "dunlin/service/accounts.hpp"
#include "dunlin/service/posting_languages.hpp"
#include "dunlin/store/user_settings.hpp"

#include <array>
#include <string>
#include <utility>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Call;
using http::Method;
using Choice = std::pair<std::string_view, std::string_view>;  // value and text

constexpr std::string_view kPath = "/settings/preferences";
constexpr std::array<Choice, 3> kVisibilities{
    {{"public", "Everybody"}, {"unlisted", "Everybody, but not in public timelines"}, {"private", "Followers only"}}};
constexpr std::array<Choice, 3> kQuotePolicies{
    {{"public", "Everybody"}, {"followers", "Followers only"}, {"nobody", "Nobody but me"}}};
constexpr std::array<Choice, 3> kExpandMedia{
    {{"default", "Hide what is marked as sensitive"}, {"show_all", "Always show it"}, {"hide_all", "Always hide it"}}};

void add_option(Html& out, std::string_view value, std::string_view text, std::string_view chosen) {
  out.add("<option value=\"{}\"", {value});
  if (value == chosen) out.add(" selected");
  out.add(">{}</option>\n", {text});
}

void add_select(Html& out, std::string_view name, std::string_view label, std::span<const Choice> choices,
                std::string_view chosen) {
  out.add("<label for=\"{}\">{}</label><select id=\"{}\" name=\"{}\">\n", {name, label, name, name});
  for (const auto& [value, text] : choices) add_option(out, value, text, chosen);
  out.add("</select>\n");
}

void add_languages(Html& out, std::string_view chosen) {
  out.add("<label for=\"language\">Language</label><select id=\"language\" name=\"language\">\n");
  add_option(out, "", "That of the app", chosen);
  for (const auto& code : service::posting_languages()) add_option(out, code, language_name(code), chosen);
  out.add("</select>\n");
}

void add_check(Html& out, std::string_view name, std::string_view label, bool checked) {
  out.add("<label class=\"check\"><input name=\"{}\" type=\"checkbox\" value=\"1\"", {name});
  if (checked) out.add(" checked");
  out.add("> {}</label>\n", {label});
}

http::Response render(const Call& call, db::Tx& tx, const Visitor& visitor, int status, std::string_view alert) {
  const auto& user = visitor.user;
  const auto reading = store::get_reading_preferences(tx, user.id);
  Html body;
  body.raw(settings_tabs(kPath).str()).add("<h1>Preferences</h1>\n");
  if (!alert.empty()) body.add("<p class=\"alert\" role=\"alert\">{}</p>\n", {alert});
  if (call.params().has("changed")) body.add("<p class=\"done\" role=\"status\">That is saved.</p>\n");
  body.add(R"(<form class="stack" method="post" action="{}"><input type="hidden" name="csrf_token" value="{}">
<section class="card"><h2>New posts</h2><p class="soft small">What apps begin with. Every post can be different.</p>
)",
           {kPath, visitor.session.csrf_token});
  add_select(body, "visibility", "Who sees them", kVisibilities, model::to_string(user.default_visibility));
  add_select(body, "quote_policy", "Who may quote them", kQuotePolicies, user.default_quote_policy);
  add_languages(body, user.default_language.value_or(""));
  add_check(body, "sensitive", "Mark pictures and films as sensitive", user.default_sensitive);
  body.add(
      "</section>\n<section class=\"card\"><h2>Reading</h2><p class=\"soft small\">Apps that ask follow this.</p>\n");
  add_select(body, "expand_media", "Pictures and films", kExpandMedia, model::to_string(reading.expand_media));
  add_check(body, "expand_spoilers", "Open posts behind content warnings", reading.expand_spoilers);
  add_check(body, "autoplay_gifs", "Play moving pictures by themselves", reading.autoplay_gifs);
  body.add("</section>\n<button type=\"submit\">Save</button></form>\n");
  return render_page(call.config(), {.status = status, .title = "Preferences"}, body);
}

Result<http::Response> show_preferences_page(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  return visitor ? render(call, call.tx(), *visitor, 200, "") : sign_in_for(kPath);
}

Result<http::Response> save_preferences(Call& call) {
  const auto visitor = find_visitor(call.tx(), call);
  if (!visitor) return sign_in_for(kPath);
  const auto refuse = [&](std::string_view why) { return render(call, call.tx(), *visitor, 422, why); };
  if (!is_own_form(call, visitor->session.csrf_token)) return refuse("This form has expired. Please try again.");
  const auto& params = call.params();
  const auto text = [&](std::string_view name) { return params.text(name).value_or(""); };
  const auto is_checked = [&](std::string_view name) { return params.boolean(name).value_or(false); };
  service::ProfileChange change;
  change.default_visibility = model::parse_visibility(text("visibility"));
  change.default_sensitive = is_checked("sensitive");
  change.default_language = text("language");
  change.default_quote_policy = text("quote_policy");
  const auto media = model::parse_expand_media(text("expand_media"));
  const bool reaches_nobody = change.default_visibility == model::Visibility::direct;
  if (!change.default_visibility || reaches_nobody || !media) return refuse("Choose one of what is offered.");
  if (const auto saved = call.services().accounts.set_posting_defaults(call.tx(), visitor->user.id, change); !saved) {
    return refuse("Choose one of what is offered.");
  }
  store::set_reading_preferences(call.tx(), visitor->user.id,
                                 {.expand_media = *media,
                                  .expand_spoilers = is_checked("expand_spoilers"),
                                  .autoplay_gifs = is_checked("autoplay_gifs")});
  return redirect("/settings/preferences?changed=1");
}

constexpr api::Route kRoutes[] = {
    {Method::get, kPath, Auth::pub, "", &show_preferences_page, Access::read},
    {Method::post, kPath, Auth::pub, "", &save_preferences},
};

}  // namespace

std::span<const api::Route> preference_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
