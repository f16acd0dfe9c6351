#include "dunlin/store/polls.hpp"

#include "handlers.hpp"

#include "dunlin/api/entities/poll.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace dunlin::api {

namespace {

/// The poll as the viewer sees it. Errors: not_found.
Result<http::Response> render(Call& call, db::Tx& tx, PollId id) {
  const auto poll = TRY(call.services().polls.get(tx, call.viewer_id(), id));
  const auto status = store::find_status(tx, poll.status_id);
  const std::array ids{poll.status_id};
  const auto views = store::list_polls(tx, call.viewer_id(), ids);
  const auto view = views.find(poll.status_id);
  const auto author = status ? store::find_account(tx, status->account_id) : std::nullopt;
  if (!author || view == views.end()) return fail(Errc::not_found, "Record not found");
  entities::EmojiLookup emojis(tx, call.config());
  const entities::PollViewer viewer{.own = call.viewer_id() == author->id};
  json::Writer out;
  entities::render_poll(out, {call.config(), emojis}, view->second, call.has_user() ? &viewer : nullptr, author->domain,
                        tx.now());
  return call.json(out.take());
}

/// The status whose poll is worth asking for again.
Result<std::optional<model::Status>> find_stale(Call& call, db::Tx& tx, PollId id) {
  const auto poll = TRY(call.services().polls.get(tx, call.viewer_id(), id));
  auto status = store::find_status(tx, poll.status_id);
  if (!status || !service::PollService::is_stale(poll, *status, tx.now())) return std::nullopt;
  return status;
}

/// What is no index is one that does not exist.
std::vector<std::size_t> read_choices(const http::Params& params) {
  std::vector<std::size_t> choices;
  for (const auto& text : params.list("choices")) {
    std::size_t choice = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), choice);
    const bool is_index = ec == std::errc{} && end == text.data() + text.size();
    choices.push_back(is_index ? choice : std::numeric_limits<std::size_t>::max());
  }
  return choices;
}

}  // namespace

Result<http::Response> show_poll(Call& call) {
  const auto id = TRY(call.path_id<PollId>("id"));
  const auto stale = TRY(call.session().read([&](db::Tx& tx) { return find_stale(call, tx, id); }));
  // Signed-in people only: nobody else makes this server ask others.
  if (stale && call.has_user()) {
    const auto done = call.session().write(
        [&](db::Tx& tx) { return call.env().federation.refresh_status(tx, call.documents(), *stale); });
    if (!done && done.error().code == Errc::need_remote) return std::unexpected(done.error());
  }
  return call.session().read([&](db::Tx& tx) { return render(call, tx, id); });
}

Result<http::Response> vote_in_poll(Call& call) {
  const auto id = TRY(call.path_id<PollId>("id"));
  const auto choices = read_choices(call.params());
  TRY(call.services().polls.vote(call.tx(), call.viewer(), id, choices));
  return render(call, call.tx(), id);
}

}  // namespace dunlin::api
