#include "handlers.hpp"
#include "lists.hpp"

#include <algorithm>

namespace dunlin::api {

namespace {

/// Of reblogs for which the client names none: that of the user's posts. A direct reblog would reach nobody.
model::Visibility usual_visibility(const model::User& user) {
  return std::min(user.default_visibility, model::Visibility::private_);
}

}  // namespace

Result<http::Response> favourite_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto status = TRY(call.services().statuses.favourite(call.tx(), call.viewer(), id));
  return one_status(call, status.id);
}

Result<http::Response> unfavourite_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto status = TRY(call.services().statuses.unfavourite(call.tx(), call.viewer(), id));
  return one_status(call, status.id);
}

Result<http::Response> reblog_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto visibility = TRY(read_visibility(call)).value_or(usual_visibility(call.user()));
  const auto wrapper = TRY(call.services().statuses.reblog(call.tx(), call.viewer(), id, visibility));
  return one_status(call, wrapper.id);
}

Result<http::Response> unreblog_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto original = TRY(call.services().statuses.unreblog(call.tx(), call.viewer(), id));
  return one_status(call, original.id);
}

}  // namespace dunlin::api
