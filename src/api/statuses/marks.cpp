#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/http/page.hpp"
#include "dunlin/store/status_marks.hpp"

namespace dunlin::api {

namespace {

constexpr int kDefaultMarked = 20;
constexpr int kMaxMarked = 40;

using Mark = Result<model::Status> (service::StatusMarkService::*)(db::Tx&, const model::Account&, StatusId);

Result<http::Response> apply(Call& call, Mark mark) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto status = TRY((call.services().status_marks.*mark)(call.tx(), call.viewer(), id));
  return one_status(call, status.id);
}

using List = std::vector<store::StatusRef> (*)(db::Tx&, AccountId, const model::Page&);

Result<http::Response> list_marked(Call& call, List list) {
  const auto page = http::read_page(call.params(), kDefaultMarked, kMaxMarked);
  if (page.limit == 0) return call.json("[]");
  return status_list(call, list(call.tx(), *call.viewer_id(), page), page, PrevLink::min);
}

}  // namespace

Result<http::Response> pin_status(Call& call) {
  return apply(call, &service::StatusMarkService::pin);
}

Result<http::Response> unpin_status(Call& call) {
  return apply(call, &service::StatusMarkService::unpin);
}

Result<http::Response> bookmark_status(Call& call) {
  return apply(call, &service::StatusMarkService::bookmark);
}

Result<http::Response> unbookmark_status(Call& call) {
  return apply(call, &service::StatusMarkService::unbookmark);
}

Result<http::Response> mute_conversation(Call& call) {
  return apply(call, &service::StatusMarkService::mute);
}

Result<http::Response> unmute_conversation(Call& call) {
  return apply(call, &service::StatusMarkService::unmute);
}

Result<http::Response> list_bookmarks(Call& call) {
  return list_marked(call, &store::list_bookmarks);
}

Result<http::Response> list_favourites(Call& call) {
  return list_marked(call, &store::list_favourites);
}

}  // namespace dunlin::api
