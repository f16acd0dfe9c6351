#include "inbox/handlers.hpp"

#include "dunlin/base/url.hpp"
#include "dunlin/service/status_marks.hpp"
#include "dunlin/service/tags.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/status_marks.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/tags.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace dunlin::activitypub {

namespace {

std::vector<StatusId> pins_of(InboxContext& context) {
  return store::list_pins(context.tx, context.actor.id, std::nullopt, static_cast<int>(service::kMaxRemotePins));
}

/// Only the actor's own featured collections: conversations, shelves and moderators of groups are others' affairs.
bool is_featured(const InboxContext& context, const Activity& activity) {
  if (activity.target.empty()) return false;
  return activity.target == context.actor.featured_url ||
         activity.target == store::find_featured_tags_url(context.tx, context.actor.id);
}

bool is_hashtag(const Activity& activity) {
  return !activity.objects.empty() && activity.objects.front().type == "Hashtag";
}

constexpr std::chrono::hours kRemembered{6};

Time came_at(const InboxContext& context) {
  return Time{std::chrono::milliseconds{context.received.value >> 16U}};
}

/// What a Remove leaves behind. No id has a space in it.
std::string taken_off(const Activity& activity) {
  return activity.object_id() + " off " + activity.target;
}

/// An Add that has to fetch its status may be overtaken by the Remove that came after it.
bool is_overtaken(InboxContext& context, const Activity& add) {
  const auto end = store::find_tombstone_end(context.tx, taken_off(add), context.actor.uri);
  return end && *end - kRemembered >= came_at(context);
}

Outcome on_hashtag(InboxContext& context, const Activity& activity, bool adds) {
  const std::string& name = activity.objects.front().name;
  auto& tags = context.services.tags;
  const bool done = adds ? tags.feature(context.tx, context.actor.id, name).has_value()
                         : tags.unfeature(context.tx, context.actor.id, name).has_value();
  return done ? Outcome::accepted() : Outcome::ignored(Reason::not_allowed, "no hashtag, or too many");
}

}  // namespace

/// A remote account pins a status of its own, or shows a hashtag on its profile.
Result<Outcome> on_add(InboxContext& context, const Activity& add) {
  if (!is_featured(context, add)) return Outcome::ignored(Reason::unsupported, "nothing is done with that collection");
  if (is_hashtag(add)) return on_hashtag(context, add, true);
  if (!same_origin(add.object_id(), context.actor.uri))
    return Outcome::rejected(Reason::not_theirs, "the status is another actor's");
  if (is_overtaken(context, add)) return Outcome::ignored(Reason::taken_back, "taken off after it came");
  const auto status = TRY(context.resolver.status(add.object_id()));
  if (status.account_id != context.actor.id)
    return Outcome::rejected(Reason::not_theirs, "the status is another actor's");
  if (!status.is_distributable() || status.is_reblog())
    return Outcome::rejected(Reason::not_public, "the status is not public");
  auto pins = pins_of(context);
  if (std::ranges::find(pins, status.id) != pins.end()) return Outcome::duplicate(Reason::known, "pinned before");
  pins.insert(pins.begin(), status.id);
  context.services.status_marks.receive_pins(context.tx, context.actor, pins);
  return Outcome::accepted();
}

Result<Outcome> on_remove(InboxContext& context, const Activity& remove) {
  if (!is_featured(context, remove))
    return Outcome::ignored(Reason::unsupported, "nothing is done with that collection");
  if (is_hashtag(remove)) return on_hashtag(context, remove, false);
  store::insert_tombstone(context.tx, taken_off(remove), came_at(context) + kRemembered, context.actor.uri);
  const auto status = find_known_status(context, remove.object_id());
  auto pins = pins_of(context);
  if (!status || std::erase(pins, status->id) == 0)
    return Outcome::ignored(Reason::unknown, "the status is not pinned");
  context.services.status_marks.receive_pins(context.tx, context.actor, pins);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
