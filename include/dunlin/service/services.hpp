#pragma once

#include "dunlin/service/accounts.hpp"
#include "dunlin/service/follows.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/service/search.hpp"
#include "dunlin/service/statuses.hpp"

namespace dunlin::service {

/// All use cases, built in order over one environment.
struct Services {
  explicit Services(Environment& env)
      : notifications(env),
        accounts(env),
        follows(env, notifications),
        statuses(env, notifications),
        search(env),
        oauth(env) {}

  NotificationService notifications;
  AccountService accounts;
  FollowService follows;
  StatusService statuses;
  SearchService search;
  OAuthService oauth;
};

}  // namespace dunlin::service
