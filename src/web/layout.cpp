#include "layout.hpp"

#include "static_files.hpp"

#include "dunlin/web/routes.hpp"

namespace dunlin::web {

namespace {

/// Where the store itself sends files from, when who asks is sent there.
std::string store_origin(const config::Config::Storage& storage) {
  if (storage.type != "s3" || storage.s3_delivery != "redirect") return {};
  if (storage.s3_path_style) return storage.s3_endpoint;
  const auto host = storage.s3_endpoint.find("://") + 3;
  return storage.s3_endpoint.substr(0, host) + storage.s3_bucket + "." + storage.s3_endpoint.substr(host);
}

/// `files`: pictures and films that are kept here stand in the page. Those of other servers are shown from here, too.
std::string picture_sources(const config::Config& config, bool files) {
  std::string sources = "'self'";
  for (const auto& origin : {config.media.url, store_origin(config.storage)}) {
    if (files && !origin.empty()) sources += " " + origin;
  }
  return "img-src " + sources + "; media-src " + sources;
}

std::string security_policy(const config::Config& config, const PageOptions& options) {
  return "default-src 'none'; style-src 'self'; manifest-src 'self'; " + picture_sources(config, options.files) +
         "; form-action 'self'" + options.form_action + "; base-uri 'none'; frame-ancestors 'none'";
}

void add_page_headers(http::Response& response, std::string policy) {
  response.headers.set("Content-Security-Policy", std::move(policy));
  response.headers.set("Referrer-Policy", "same-origin");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
}

Html document(std::string_view title, const PageOptions& options, const Html& header, const Html& body,
              const Html& footer) {
  Html out;
  out.add(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{}</title>
<link rel="stylesheet" href="{}">
<link rel="icon" type="image/png" href="/favicon.ico">
<link rel="apple-touch-icon" href="/static/icons/180.png">
<link rel="manifest" href="/manifest.json">
)",
          {title, stylesheet_href()});
  if (!options.index) out.add("<meta name=\"robots\" content=\"noindex\">\n");
  out.raw(options.head.str());
  out.add("</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to content</a>\n");
  out.raw(header.str());
  out.add("<main id=\"main\" class=\"{}\">\n", {options.embedded ? "embedded" : options.narrow ? "narrow" : "wide"});
  out.raw(body.str()).add("</main>\n").raw(footer.str()).add("</body>\n</html>\n");
  return out;
}

Html site_header(std::string_view site_title) {
  Html out;
  out.add(
      R"(<header class="site"><a href="/"><img src="/static/icons/72.png" alt="" width="36" height="36"> {}</a></header>
)",
      {site_title});
  return out;
}

}  // namespace

http::Response render_page(const config::Config& config, const PageOptions& options, const Html& body) {
  const std::string& site = config.instance.title;
  std::string title = options.title.empty() ? site : options.title;
  if (!options.title.empty() && !options.title_alone) title += " \u00b7 " + site;
  Html footer;
  footer.add(
      "<footer class=\"site\"><p>{} runs Dunlin &middot; <a href=\"/about\">About</a> &middot; "
      "<a href=\"/privacy-policy\">Privacy policy</a></p></footer>\n",
      {config.server.domain});
  http::Response response = http::text_response(options.status, "text/html; charset=utf-8",
                                                document(title, options, site_header(site), body, footer).str());
  add_page_headers(response, security_policy(config, options));
  return response;
}

http::Response render_embed(const config::Config& config, std::string_view title, const Html& body) {
  PageOptions options{.files = true, .embedded = true};
  options.head.add("<base target=\"_blank\">\n<script src=\"{}\" defer></script>\n", {embed_script_href()});
  Html page;
  page.raw(body.str());
  http::Response response =
      http::text_response(200, "text/html; charset=utf-8", document(title, options, {}, page, {}).str());
  response.headers.set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; " +
                                                      picture_sources(config, true) +
                                                      "; form-action 'none'; base-uri 'self'; frame-ancestors *");
  response.headers.set("Referrer-Policy", "same-origin");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

http::Response render_message(const config::Config& config, int status, std::string_view heading,
                              std::string_view text) {
  Html body;
  body.add("<section class=\"card\"><h1>{}</h1><p>{}</p><p><a href=\"/\">Back to the start page</a></p></section>\n",
           {heading, text});
  return render_page(config, {.status = status, .title = std::string(heading), .narrow = true}, body);
}

http::Response error_page(const http::Request&, int status, std::string_view message) {
  Html body;
  body.add("<section class=\"card\"><p class=\"code\">{}</p><h1>{}</h1>", {std::to_string(status), message});
  body.add("<p><a href=\"/\">Back to the start page</a></p></section>\n");
  const PageOptions options{.status = status, .narrow = true};
  http::Response response =
      http::text_response(status, "text/html; charset=utf-8", document(message, options, {}, body, {}).str());
  add_page_headers(
      response,
      "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
      "frame-ancestors 'none'");
  return response;
}

http::Response redirect(std::string_view location) {
  http::Response response = http::text_response(302, "text/html; charset=utf-8", "");
  response.headers.add("Location", std::string(location));
  // The address may carry a code or an answer that is nobody else's business.
  response.headers.add("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace dunlin::web
