#include "handlers.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace dunlin::api {

namespace {

constexpr std::int64_t kDefaultWidth = 400;
constexpr std::int64_t kLeastWidth = 100;
constexpr std::int64_t kMostWidth = 2000;

struct Embedded {
  model::Status status;
  model::Account author;
};

/// The post of this server that the URL stands for, if everybody may see it. Errors: not_found.
Result<Embedded> find_embedded(Call& call, std::string_view url) {
  const auto id = service::uris::parse_status(call.config(), url.substr(0, url.find_first_of("?#")));
  const auto status = id ? store::find_visible_status(call.tx(), std::nullopt, *id) : std::nullopt;
  if (!status || !status->local || !status->is_distributable() || status->is_reblog()) {
    return fail(Errc::not_found, "Record not found");
  }
  auto author = store::find_account(call.tx(), status->account_id);
  if (!author) return fail(Errc::not_found, "Record not found");
  return Embedded{*status, std::move(*author)};
}

}  // namespace

/// oEmbed (client-api.md 3.13): how other sites show a post.
Result<http::Response> show_oembed(Call& call) {
  const auto url = TRY(call.params().required("url"));
  const auto [status, author] = TRY(find_embedded(call, url));
  const auto& config = call.config();
  const auto width = std::clamp(call.params().integer("maxwidth").value_or(kDefaultWidth), kLeastWidth, kMostWidth);
  const std::string page = service::uris::status_page(config, author.username, status.id);
  const std::string name = author.display_name.empty() ? author.username : author.display_name;
  json::Writer out;
  out.begin_object();
  out.field("type", "rich");
  out.field("version", "1.0");
  out.field("author_name", name);
  out.field("author_url", author.url);
  out.field("provider_name", config.server.domain);
  out.field("provider_url", config.origin() + "/");
  out.field("cache_age", 86'400);
  out.field("html",
            fmt::format("<iframe src=\"{}/embed\" title=\"{}\" width=\"{}\" height=\"300\" sandbox=\"allow-popups\" "
                        "style=\"border: 0; max-width: 100%\"></iframe>",
                        text::escape_html(page), text::escape_html("Post by " + name), width));
  out.field("width", width);
  out.field("height", nullptr);
  out.end_object();
  return Call::cacheable(call.json(out.take()), std::chrono::hours(1));
}

}  // namespace dunlin::api
