#include "dunlin/api/entities/poll.hpp"

#include <string_view>
#include <vector>

namespace dunlin::api::entities {

namespace {

void render_options(json::Writer& out, const model::Poll& poll, bool with_totals) {
  out.begin_array();
  for (std::size_t i = 0; i < poll.options.size(); ++i) {
    out.begin_object();
    out.field("title", poll.options[i]);
    out.key("votes_count");
    with_totals ? out.value(poll.tallies.at(i)) : out.value(nullptr);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void render_poll(json::Writer& out, const EntityContext& context, const store::PollView& view, const PollViewer* viewer,
                 const std::optional<std::string>& domain, Time now) {
  const auto& poll = view.poll;
  out.begin_object();
  out.field("id", poll.id);
  out.field("expires_at", poll.expires_at);
  out.field("expired", poll.is_over(now));
  out.field("multiple", poll.multiple);
  out.field("votes_count", poll.votes_count());
  out.field("voters_count", poll.voters_count);
  out.key("options");
  render_options(out, poll, poll.shows_totals(now));
  out.key("emojis");
  const std::vector<std::string_view> texts(poll.options.begin(), poll.options.end());
  render_emojis_used(out, context.emojis, texts, domain);
  if (viewer != nullptr) out.field("voted", viewer->own || !view.own_votes.empty());
  // Always there: an official client refuses the whole poll without it.
  out.key("own_votes").begin_array();
  for (const auto choice : view.own_votes) out.value(choice);
  out.end_array();
  out.end_object();
}

}  // namespace dunlin::api::entities
