#pragma once

#include "reader_filters.hpp"

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/feed/feeds.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/streaming/hub.hpp"

/// What becomes of each kind of event. One overload for each.
namespace dunlin::streaming {

struct Publication {
  const config::Config& config;
  feed::Feeds& feeds;
  Hub& hub;
  ReaderFilters& filters;
  db::Tx& tx;
};

void on(Publication& to, const service::events::StatusCreated& event);
void on(Publication& to, const service::events::StatusChanged& event);
void on(Publication& to, const service::events::StatusDeleted& event);
void on(Publication& to, const service::events::NotificationCreated& event);
void on(Publication& to, const service::events::NotificationsMerged& event);
void on(Publication& to, const service::events::ConversationChanged& event);
void on(Publication& to, const service::events::FiltersChanged& event);
void on(Publication& to, const service::events::AnnouncementPublished& event);
void on(Publication& to, const service::events::AnnouncementReacted& event);
void on(Publication& to, const service::events::AnnouncementDeleted& event);
void on(Publication& to, const service::events::FollowChanged& event);
void on(Publication& to, const service::events::BlockChanged& event);
void on(Publication& to, const service::events::MuteChanged& event);
void on(Publication& to, const service::events::RelationsChanged& event);
void on(Publication& to, const service::events::DomainBlockChanged& event);
void on(Publication& to, const service::events::ListChanged& event);
void on(Publication& to, const service::events::TagFollowChanged& event);
void on(Publication& to, const service::events::TokenRevoked& event);
void on(Publication& to, const service::events::LoginChanged& event);
void on(Publication& to, const service::events::AccountChanged& event);
void on(Publication& to, const service::events::AccountSuspended& event);
void on(Publication& to, const service::events::AccountDeleted& event);
void on(Publication& to, const service::events::InstancePolicyChanged& event);
void on(Publication& to, const service::events::EmojisChanged& event);
/// The caches' business (daemon/application.cpp): nobody listens to it.
inline void on(Publication& /*to*/, const service::events::RowsChanged& /*event*/) {}

/// Everybody's right to listen.
void judge_listeners(db::Tx& tx, Hub& hub);

}  // namespace dunlin::streaming
