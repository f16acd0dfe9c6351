#include "dunlin/api/call.hpp"

#include "dunlin/store/accounts.hpp"

#include <stdexcept>

namespace dunlin::api {

std::string_view Call::path_text(std::string_view name) const {
  for (const auto& [key, value] : path_) {
    if (key == name) return value;
  }
  return {};
}

std::optional<AccountId> Call::viewer_id() const {
  if (!has_user()) return std::nullopt;
  return bearer_->user->account_id;
}

const model::Account& Call::viewer() {
  if (!viewer_) {
    const auto read = [&](db::Tx& tx) -> Result<std::optional<model::Account>> {
      return store::find_account(tx, user().account_id);
    };
    viewer_ = tx_ != nullptr ? *read(*tx_) : *session_.read(read);
    if (!viewer_) throw std::logic_error("user without an account");
  }
  return *viewer_;
}

http::Response Call::json(std::string body) const {
  return http::text_response(200, "application/json; charset=utf-8", std::move(body));
}

http::Response Call::json_page(std::string body, const http::PageLinks& links) const {
  http::Response response = json(std::move(body));
  std::string link = http::link_header(config().origin(), request_, links);
  if (!link.empty()) response.headers.add("Link", std::move(link));
  return response;
}

http::Response Call::cacheable_when_anonymous(http::Response response) const {
  if (!bearer_ && request_.headers.find("Authorization") == nullptr && !params_.has("access_token")) {
    response.headers.set("Cache-Control", "max-age=15, public, stale-while-revalidate=30, stale-if-error=86400");
  }
  return response;
}

http::Response Call::cacheable(http::Response response, std::chrono::seconds max_age) {
  response.headers.set("Cache-Control", "public, max-age=" + std::to_string(max_age.count()));
  return response;
}

}  // namespace dunlin::api
