#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/collection.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/store/instance.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

struct SearchQuery {
  std::string text;
  std::optional<AccountId> viewer;
  bool resolve = false;    // ask other servers for a handle or URL
  bool following = false;  // only accounts that the viewer follows
  bool accounts = true;
  bool statuses = true;
  bool hashtags = true;
  bool collections = true;
  std::optional<AccountId> author{};  // of the statuses
  std::optional<StatusId> max_id{};   // of the statuses, likewise min_id
  std::optional<StatusId> min_id{};
  int limit = 20;
  int offset = 0;
};

struct SearchResult {
  std::vector<model::Account> accounts;
  std::vector<StatusId> statuses;
  std::vector<store::Tag> hashtags;
  std::vector<model::Collection> collections;
};

class SearchService {
 public:
  explicit SearchService(Environment& env) : env_(env) {}
  /// A URL finds its status, account or collection; a handle its account, exact match first; other text accounts and
  /// hashtags by prefix, and statuses by their words and Mastodon's operators (service/search_query.hpp), for signed-in
  /// viewers only. Errors: need_remote, invalid.
  Result<SearchResult> search(db::Tx& tx, RemoteDocuments& documents, const SearchQuery& query);
  /// `user` or `user@domain`; only what is known here. Errors: not_found.
  Result<model::Account> lookup(db::Tx& tx, std::string_view acct);

 private:
  Result<std::vector<StatusId>> search_statuses(db::Tx& tx, AccountId viewer, const SearchQuery& query);
  Environment& env_;
};

}  // namespace dunlin::service
