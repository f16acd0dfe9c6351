#include "dunlin/store/tags.hpp"

#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/tag_page.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultTags = 100;
constexpr int kMaxTags = 200;

http::Response answer(Call& call, const store::Tag& tag) {
  const std::vector tags{tag};
  json::Writer out;
  entities::TagPage(call.tx(), call.config(), call.viewer_id(), tags).render(out, tag);
  return call.json(out.take());
}

using Action = Result<store::Tag> (service::TagService::*)(db::Tx&, AccountId, std::string_view);

Result<http::Response> act_on_tag(Call& call, Action action) {
  return answer(call, TRY((call.services().tags.*action)(call.tx(), *call.viewer_id(), call.path_text("name"))));
}

}  // namespace

Result<http::Response> show_tag(Call& call) {
  const auto tag = TRY(call.services().tags.get(call.tx(), call.path_text("name")));
  return call.cacheable_when_anonymous(answer(call, tag));
}

Result<http::Response> follow_tag(Call& call) {
  return act_on_tag(call, &service::TagService::follow);
}

Result<http::Response> unfollow_tag(Call& call) {
  return act_on_tag(call, &service::TagService::unfollow);
}

Result<http::Response> feature_tag(Call& call) {
  const auto featured = TRY(call.services().tags.feature(call.tx(), *call.viewer_id(), call.path_text("name")));
  return answer(call, featured.tag);
}

Result<http::Response> unfeature_tag(Call& call) {
  return act_on_tag(call, &service::TagService::unfeature);
}

Result<http::Response> list_followed_tags(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultTags, kMaxTags);
  if (page.limit == 0) return call.json("[]");
  const auto followed = store::list_followed_tags(call.tx(), *call.viewer_id(), page);
  if (followed.empty()) return call.json("[]");
  std::vector<store::Tag> tags;
  for (const auto& one : followed) tags.push_back(one.tag);
  json::Writer out;
  entities::TagPage(call.tx(), call.config(), call.viewer_id(), tags).render_array(out, tags);
  return call.json_page(out.take(), ref_links(followed.front().row_id, followed.back().row_id, followed.size(), page));
}

}  // namespace dunlin::api
