#include "handlers.hpp"

#include "dunlin/api/entities/filter.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/instance.hpp"

namespace dunlin::api {

namespace {

using RenderFilter = void (*)(json::Writer&, const store::Filter&);

http::Response filter_list(Call& call, RenderFilter render) {
  json::Writer out;
  out.begin_array();
  for (const auto& filter : store::list_filters(call.tx(), *call.viewer_id())) render(out, filter);
  out.end_array();
  return call.json(out.take());
}

}  // namespace

Result<http::Response> list_filters(Call& call) {
  return filter_list(call, &entities::render_filter);
}

Result<http::Response> list_v1_filters(Call& call) {
  auto response = filter_list(call, &entities::render_v1_filters);
  response.headers.set("Deprecation", "@1668384000");
  return response;
}

}  // namespace dunlin::api
