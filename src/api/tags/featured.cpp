#include "accounts/handlers.hpp"
#include "handlers.hpp"

#include "dunlin/api/entities/tag.hpp"
#include "dunlin/api/entities/tag_page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/tags.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kSuggestions = 10;

http::Response answer_featured(const Call& call, const model::Account& account,
                               const std::vector<store::FeaturedTag>& tags) {
  json::Writer out;
  out.begin_array();
  for (const auto& tag : tags) entities::render_featured_tag(out, call.config(), account, tag);
  out.end_array();
  return call.json(out.take());
}

}  // namespace

Result<http::Response> list_featured_tags(Call& call) {
  return answer_featured(call, call.viewer(), store::list_featured_tags(call.tx(), *call.viewer_id()));
}

Result<http::Response> list_account_featured_tags(Call& call) {
  const auto account = TRY(path_account(call));
  if (account.suspended_at) return call.json("[]");
  return call.cacheable_when_anonymous(
      answer_featured(call, account, store::list_featured_tags(call.tx(), account.id)));
}

Result<http::Response> create_featured_tag(Call& call) {
  const auto name = TRY(call.params().required("name"));
  const auto tag = TRY(call.services().tags.feature(call.tx(), *call.viewer_id(), name));
  json::Writer out;
  entities::render_featured_tag(out, call.config(), call.viewer(), tag);
  return call.json(out.take());
}

Result<http::Response> delete_featured_tag(Call& call) {
  const auto id = TRY(call.path_id<FollowId>("id"));
  TRY_VOID(call.services().tags.remove_featured(call.tx(), *call.viewer_id(), id.value));
  return call.json("{}");
}

Result<http::Response> suggest_featured_tags(Call& call) {
  const auto tags = store::list_tags_to_feature(call.tx(), *call.viewer_id(), kSuggestions);
  json::Writer out;
  entities::TagPage(call.tx(), call.config(), call.viewer_id(), tags).render_array(out, tags);
  return call.json(out.take());
}

}  // namespace dunlin::api
