#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/http/params.hpp"
#include "dunlin/http/router.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"
#include "dunlin/store/oauth.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::feed {
class Feeds;
}

namespace dunlin::api::entities {
class StatusCache;
}

namespace dunlin::api {

class TokenCache;

/// What handlers work with beside the request; one for the process.
struct Context {
  service::Environment& env;
  service::Services& services;
  feed::Feeds* feeds = nullptr;  // nullptr: home feeds are read from the database
  TokenCache* tokens = nullptr;  // nullptr: without
  entities::StatusCache* statuses = nullptr;
};

/// One request on its way through a handler, on a worker thread.
class Call {
 public:
  Call(const Context& context, const http::Request& request, http::PathParams path, http::Params params,
       service::RemoteDocuments& documents, db::Session& session)
      : context_(context),
        request_(request),
        path_(std::move(path)),
        params_(std::move(params)),
        documents_(documents),
        session_(session) {}

  [[nodiscard]] const http::Request& request() const { return request_; }
  [[nodiscard]] const http::Params& params() const { return params_; }
  [[nodiscard]] const config::Config& config() const { return context_.env.config; }
  [[nodiscard]] service::Environment& env() const { return context_.env; }
  [[nodiscard]] feed::Feeds* feeds() const { return context_.feeds; }
  /// nullptr: there is none, or the call may write: what a transaction sees that is not committed is nobody else's.
  [[nodiscard]] entities::StatusCache* status_cache() const { return reads_only_ ? context_.statuses : nullptr; }
  [[nodiscard]] service::Services& services() const { return context_.services; }
  [[nodiscard]] service::RemoteDocuments& documents() const { return documents_; }
  /// For routes that open their own transactions (Access::own); tx() is not there then.
  [[nodiscard]] db::Session& session() const { return session_; }
  [[nodiscard]] db::Tx& tx() const { return *tx_; }

  /// "" when the pattern has no such part.
  [[nodiscard]] std::string_view path_text(std::string_view name) const;
  /// A path id that is no number is a thing that does not exist. Errors: not_found "Record not found".
  template <class I>
  [[nodiscard]] Result<I> path_id(std::string_view name) const {
    if (const auto id = I::parse(path_text(name))) return *id;
    return fail(Errc::not_found, "Record not found");
  }

  /// The token in use; nullopt for anonymous calls.
  [[nodiscard]] const std::optional<store::Bearer>& bearer() const { return bearer_; }
  [[nodiscard]] bool has_user() const { return bearer_ && bearer_->user; }
  /// The signed-in account's id; nullopt for anonymous and application calls.
  [[nodiscard]] std::optional<AccountId> viewer_id() const;
  /// Only in routes with Auth::user.
  [[nodiscard]] const model::User& user() const { return *bearer_->user; }
  /// The signed-in account, read once. Only in routes with Auth::user.
  const model::Account& viewer();

  /// Work that a read leads to and its answer does not need: done after it, in a transaction of its own.
  void afterwards(std::function<void(db::Tx&)> work) { afterwards_ = std::move(work); }

  /// 200 with a JSON text.
  [[nodiscard]] http::Response json(std::string body) const;
  /// The same with the Link header of a page.
  [[nodiscard]] http::Response json_page(std::string body, const http::PageLinks& links) const;
  /// Lets shared caches keep the answer for 15 s when the call is anonymous; with a token it stays private.
  [[nodiscard]] http::Response cacheable_when_anonymous(http::Response response) const;
  /// The same for everybody and every token: instance information, discovery.
  [[nodiscard]] static http::Response cacheable(http::Response response, std::chrono::seconds max_age);

 private:
  friend class Dispatcher;
  const Context& context_;
  const http::Request& request_;
  http::PathParams path_;
  http::Params params_;
  service::RemoteDocuments& documents_;
  db::Session& session_;
  db::Tx* tx_ = nullptr;
  bool reads_only_ = false;
  std::optional<store::Bearer> bearer_;
  std::optional<model::Account> viewer_;
  std::function<void(db::Tx&)> afterwards_;
};

}  // namespace dunlin::api
