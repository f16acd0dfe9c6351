#pragma once

#include "dunlin/service/federation.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::test {

/// Other servers as a test wants them: remembers what it was told, finds what the test put there.
class FakeFederation final : public service::Federation {
 public:
  std::vector<std::string> told;                  // "status_created", ... in order
  std::map<std::string, model::Account> handles;  // "user@domain"
  std::map<std::string, Resolved> urls;

  void status_created(db::Tx&, const model::Status&) override { told.emplace_back("status_created"); }
  void status_edited(db::Tx&, const model::Status&) override { told.emplace_back("status_edited"); }
  void status_deleted(db::Tx&, const model::Status&, std::span<const model::Mention>,
                      std::span<const std::string>) override {
    told.emplace_back("status_deleted");
  }
  void reblogged(db::Tx&, const model::Status&, const model::Status&) override { told.emplace_back("reblogged"); }
  void unreblogged(db::Tx&, const model::Status&, const model::Status&) override { told.emplace_back("unreblogged"); }
  void favourited(db::Tx&, const store::Favourite&, const model::Status&) override { told.emplace_back("favourited"); }
  void unfavourited(db::Tx&, const store::Favourite&, const model::Status&) override {
    told.emplace_back("unfavourited");
  }
  void follow_requested(db::Tx&, const model::Follow&, const model::Account&) override {
    told.emplace_back("follow_requested");
  }
  void unfollowed(db::Tx&, const model::Follow&, const model::Account&) override { told.emplace_back("unfollowed"); }
  void follow_accepted(db::Tx&, const model::Follow&, const model::Account&) override {
    told.emplace_back("follow_accepted");
  }
  void follow_rejected(db::Tx&, const model::Follow&, const model::Account&) override {
    told.emplace_back("follow_rejected");
  }
  void blocked(db::Tx&, const model::Block&, const model::Account&) override { told.emplace_back("blocked"); }
  void unblocked(db::Tx&, const model::Block&, const model::Account&) override { told.emplace_back("unblocked"); }
  void profile_updated(db::Tx&, const model::Account&) override { told.emplace_back("profile_updated"); }
  void suspension_changed(db::Tx&, const model::Account&) override { told.emplace_back("suspension_changed"); }
  void keys_rotated(db::Tx&, const model::Account&, Time) override { told.emplace_back("keys_rotated"); }
  void reported(db::Tx&, const model::Report&, const model::Account&, std::span<const std::string>) override {
    told.emplace_back("reported");
  }
  void account_deleted(db::Tx&, const model::Account&) override { told.emplace_back("account_deleted"); }
  void status_pinned(db::Tx&, const model::Status&) override { told.emplace_back("status_pinned"); }
  void status_unpinned(db::Tx&, const model::Status&) override { told.emplace_back("status_unpinned"); }
  void hashtag_featured(db::Tx&, const model::Account&, std::string_view, bool featured) override {
    told.emplace_back(featured ? "hashtag_featured" : "hashtag_unfeatured");
  }
  void poll_tallied(db::Tx&, const model::Status&) override { told.emplace_back("poll_tallied"); }
  void poll_ended(db::Tx&, const model::Status&) override { told.emplace_back("poll_ended"); }
  void voted(db::Tx&, const model::Account&, const model::Status&, const model::Poll&,
             std::span<const model::PollVote>) override {
    told.emplace_back("voted");
  }
  void reacted(db::Tx&, const model::Reaction&, const model::Status&) override { told.emplace_back("reacted"); }
  void unreacted(db::Tx&, const model::Reaction&, const model::Status&) override { told.emplace_back("unreacted"); }
  void quote_requested(db::Tx&, const model::Quote&, const model::Status&, const model::Status&) override {
    told.emplace_back("quote_requested");
  }
  void quote_revoked(db::Tx&, const model::Quote&) override { told.emplace_back("quote_revoked"); }
  void quote_policy_changed(db::Tx&, const model::Status&) override { told.emplace_back("quote_policy_changed"); }
  Result<void> refresh_status(db::Tx&, service::RemoteDocuments&, const model::Status&) override {
    told.emplace_back("refresh_status");
    return {};
  }

  Result<model::Account> resolve_handle(db::Tx&, service::RemoteDocuments&, std::string_view username,
                                        std::string_view domain) override {
    const auto found = handles.find(std::string(username) + "@" + std::string(domain));
    if (found == handles.end()) return fail(Errc::not_found, "Record not found");
    return found->second;
  }
  Result<Resolved> resolve_url(db::Tx&, service::RemoteDocuments&, std::string_view url) override {
    const auto found = urls.find(std::string(url));
    if (found == urls.end()) return fail(Errc::not_found, "Record not found");
    return found->second;
  }
};

}  // namespace dunlin::test
