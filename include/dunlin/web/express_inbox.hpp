#pragma once

#include "dunlin/activitypub/intake.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>

namespace dunlin::web {

/// The short way into the shared inbox, for activities by signers whom this process has met: no statement is needed to
/// judge them, so that many can be stored in one (activitypub/intake.hpp). Whatever is not plain goes the long way,
/// through the dispatcher, which has the answers to it. Any thread may call.
class ExpressInbox {
 public:
  explicit ExpressInbox(service::Environment& env) : env_(env) {}

  /// nullopt: not for here.
  std::optional<activitypub::Intake> open(const http::Request& request) const;

 private:
  service::Environment& env_;
};

}  // namespace dunlin::web
