#include "parse/markup.hpp"

#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace dunlin::activitypub {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxHostMetaBytes = 64UL * 1024UL;

std::string member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Lemmy gives a user and a community of one name a link each and tells them apart by a property.
bool is_person(const json& link) {
  const auto properties = link.find("properties");
  if (properties == link.end() || !properties->is_object()) return false;
  return member(*properties, "https://www.w3.org/ns/activitystreams#type") == "Person";
}

Result<json> parse_jrd(std::string_view text) {
  auto jrd = TRY(dunlin::json::parse(text));
  const auto links = jrd.is_object() ? jrd.find("links") : jrd.end();
  if (!jrd.is_object() || links == jrd.end() || !links->is_array()) {
    return fail(Errc::bad_request, "The answer has no links");
  }
  return jrd;
}

std::string xrd_template(std::string_view text) {
  for (const auto tag : markup::tags(text, "Link")) {
    if (markup::attribute(tag, "rel") != "lrdd") continue;
    if (auto found = markup::attribute(tag, "template"); !found.empty()) return found;
  }
  return {};
}

std::string jrd_template(std::string_view text) {
  const auto jrd = parse_jrd(text);
  if (!jrd) return {};
  for (const json& link : (*jrd)["links"]) {
    if (link.is_object() && member(link, "rel") == "lrdd") {
      if (auto found = member(link, "template"); !found.empty()) return found;
    }
  }
  return {};
}

}  // namespace

Result<WebFinger> parse_webfinger(std::string_view text) {
  const auto jrd = TRY(parse_jrd(text));
  WebFinger result;
  const auto subject = member(jrd, "subject");
  if (!subject.starts_with("acct:")) return fail(Errc::bad_request, "The answer has no acct: subject");
  result.subject = subject.substr(5);
  bool have_person = false;
  for (const json& link : jrd["links"]) {
    if (!link.is_object() || member(link, "rel") != "self" || !is_activity_type(member(link, "type"))) continue;
    auto href = member(link, "href");
    if (!Url::parse(href)) continue;
    const bool person = is_person(link);
    if (result.self.empty() || (person && !have_person)) result.self = std::move(href);
    have_person = have_person || person;
  }
  if (result.self.empty()) return fail(Errc::bad_request, "The answer links to no actor");
  return result;
}

Result<std::string> parse_host_meta(std::string_view text) {
  if (text.size() > kMaxHostMetaBytes) return fail(Errc::bad_request, "host-meta is too large");
  // No DTD, so that no entity can expand.
  if (text.find("<!DOCTYPE") != std::string_view::npos || text.find("<!ENTITY") != std::string_view::npos) {
    return fail(Errc::bad_request, "host-meta with a DTD is refused");
  }
  auto found = text::trim(text).starts_with('{') ? jrd_template(text) : xrd_template(text);
  if (found.find("{uri}") == std::string::npos) return fail(Errc::bad_request, "host-meta names no WebFinger template");
  return found;
}

}  // namespace dunlin::activitypub
