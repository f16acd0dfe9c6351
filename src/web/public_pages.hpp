#pragma once

#include "html.hpp"

#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/model/account.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the pages that everybody may see share: who is asked for, in which form, and the head elements by which other
/// programs know the page. Nothing here knows of a signed-in reader: what is shown is what nobody in particular may
/// see.
namespace dunlin::web {

inline constexpr int kPageLength = 20;

/// The client asked for the ActivityPub form rather than for a page.
bool wants_activity(const api::Call& call);
/// A page that other forms of the same thing stand beside (federation.md 1.6).
http::Response negotiated(http::Response response, std::string_view id);
http::Response to_activity(std::string_view id);

/// The local account of a handle, or where a handle of another server leads.
struct FoundProfile {
  std::optional<model::Account> account;
  std::optional<http::Response> elsewhere;
};
/// Errors: not_found; gone when suspended.
Result<FoundProfile> find_profile(api::Call& call, std::string_view handle);

/// `name@domain` of a local account.
std::string full_handle(const config::Config& config, const model::Account& account);

/// How chat programs and search engines preview a page.
struct Preview {
  std::string_view type;  // "profile", "article", "website"
  std::string_view title;
  std::string_view description;
  std::string_view url;
  std::string_view image;
  std::string_view image_description{};
  bool large_image = false;
};
void add_preview(Html& head, const config::Config& config, const Preview& preview);
/// The same thing in another form.
void add_alternate(Html& head, std::string_view type, std::string_view href, std::string_view title = {});

/// The statuses of these ids in their order, and a link to older ones when the page is full.
Html render_list(api::Call& call, const std::vector<StatusId>& ids);

}  // namespace dunlin::web
