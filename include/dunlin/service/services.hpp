#pragma once

#include "dunlin/service/accounts.hpp"
#include "dunlin/service/announcements.hpp"
#include "dunlin/service/collections.hpp"
#include "dunlin/service/filters.hpp"
#include "dunlin/service/follows.hpp"
#include "dunlin/service/lists.hpp"
#include "dunlin/service/mails.hpp"
#include "dunlin/service/media.hpp"
#include "dunlin/service/notification_policies.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/pictures.hpp"
#include "dunlin/service/polls.hpp"
#include "dunlin/service/push_subscriptions.hpp"
#include "dunlin/service/quotes.hpp"
#include "dunlin/service/reactions.hpp"
#include "dunlin/service/registrations.hpp"
#include "dunlin/service/relationships.hpp"
#include "dunlin/service/remote_media.hpp"
#include "dunlin/service/reports.hpp"
#include "dunlin/service/scheduled_statuses.hpp"
#include "dunlin/service/search.hpp"
#include "dunlin/service/status_marks.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/service/tags.hpp"
#include "dunlin/service/two_factor.hpp"

namespace dunlin::service {

/// All use cases, built in order over one environment.
struct Services {
  explicit Services(Environment& env)
      : notifications(env),
        accounts(env),
        follows(env, notifications),
        relationships(env, notifications, follows),
        lists(env),
        tags(env),
        media(env),
        pictures(env),
        remote_media(env),
        statuses(env, notifications, media),
        status_marks(env),
        scheduled_statuses(env, statuses),
        polls(env, notifications),
        quotes(env, notifications),
        reactions(env, notifications),
        search(env),
        oauth(env),
        two_factor(env),
        mails(env),
        registrations(env, accounts, mails, notifications),
        filters(env),
        push_subscriptions(env),
        notification_policies(env),
        announcements(env),
        collections(env, notifications),
        reports(env, notifications, mails) {}

  NotificationService notifications;
  AccountService accounts;
  FollowService follows;
  RelationshipService relationships;
  ListService lists;
  TagService tags;
  MediaService media;
  PictureService pictures;
  RemoteMediaService remote_media;
  StatusService statuses;
  StatusMarkService status_marks;
  ScheduledStatusService scheduled_statuses;
  PollService polls;
  QuoteService quotes;
  ReactionService reactions;
  SearchService search;
  OAuthService oauth;
  TwoFactorService two_factor;
  MailService mails;
  RegistrationService registrations;
  FilterService filters;
  PushSubscriptionService push_subscriptions;
  NotificationPolicyService notification_policies;
  AnnouncementService announcements;
  CollectionService collections;
  ReportService reports;
};

}  // namespace dunlin::service
