#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/blocks.hpp"

namespace dunlin::api {

namespace {

constexpr int kDefaultDomains = 100;
constexpr int kMaxDomains = 200;

}  // namespace

Result<http::Response> list_domain_blocks(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultDomains, kMaxDomains);
  if (page.limit == 0) return call.json("[]");
  const auto blocks = store::list_domain_blocks(call.tx(), *call.viewer_id(), page);
  if (blocks.empty()) return call.json("[]");
  json::Writer out;
  out.begin_array();
  for (const auto& block : blocks) out.value(block.domain);
  out.end_array();
  return call.json_page(out.take(), ref_links(blocks.front().row_id, blocks.back().row_id, blocks.size(), page));
}

Result<http::Response> block_domain(Call& call) {
  const auto domain = TRY(call.params().required("domain"));
  TRY_VOID(call.services().relationships.block_domain(call.tx(), call.viewer(), domain));
  return call.json("{}");
}

Result<http::Response> unblock_domain(Call& call) {
  const auto domain = TRY(call.params().required("domain"));
  TRY_VOID(call.services().relationships.unblock_domain(call.tx(), call.viewer(), domain));
  return call.json("{}");
}

Result<http::Response> preview_domain_block(Call& call) {
  const auto domain = TRY(call.params().required("domain"));
  const auto counts = TRY(call.services().relationships.preview_domain_block(call.tx(), call.viewer(), domain));
  json::Writer out;
  out.begin_object().field("following_count", counts.following).field("followers_count", counts.followers).end_object();
  return call.json(out.take());
}

}  // namespace dunlin::api
