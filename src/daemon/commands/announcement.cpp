#include "commands.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/service/announcements.hpp"
#include "dunlin/store/announcements.hpp"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>

namespace dunlin::daemon::commands {

namespace {

struct AnnouncementOptions {
  std::int64_t id = 0;
  std::string text;
  std::string starts;
  std::string ends;
  bool all_day = false;
  bool draft = false;
};

/// "2026-12-01" or "2026-12-01T18:00:00Z"; "" is no time.
Result<std::optional<Time>> parse_time(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto time = parse_iso8601(text.size() == 10 ? text + "T00:00:00Z" : text);
  if (!time)
    return fail(Errc::invalid, fmt::format("\"{}\" is no date such as 2026-12-01 or 2026-12-01T18:00:00Z", text));
  return time;
}

Result<void> create(Core& core, db::Tx& tx, const AnnouncementOptions& options) {
  const auto id = TRY(core.services().announcements.create(tx, {.text = options.text,
                                                                .starts_at = TRY(parse_time(options.starts)),
                                                                .ends_at = TRY(parse_time(options.ends)),
                                                                .all_day = options.all_day,
                                                                .publish = !options.draft}));
  fmt::print("{} announcement {}\n", options.draft ? "drafted" : "published", id);
  return {};
}

Result<void> list(Core&, db::Tx& tx, const AnnouncementOptions&) {
  for (const auto& announcement : store::list_all_announcements(tx)) {
    const auto when = announcement.published_at ? format_iso8601(*announcement.published_at) : "draft";
    fmt::print("{:>4}  {:<24}  {}\n", announcement.id, when, text::truncate_graphemes(announcement.source, 80));
  }
  return {};
}

Result<void> named(std::int64_t id, const Result<void>& done, const char* what) {
  if (!done) return fail(done.error().code, fmt::format("there is no announcement {}", id));
  fmt::print("{} announcement {}\n", what, id);
  return {};
}

Result<void> publish(Core& core, db::Tx& tx, const AnnouncementOptions& options) {
  return named(options.id, core.services().announcements.set_published(tx, options.id, true), "published");
}

Result<void> unpublish(Core& core, db::Tx& tx, const AnnouncementOptions& options) {
  return named(options.id, core.services().announcements.set_published(tx, options.id, false), "withdrew");
}

Result<void> remove(Core& core, db::Tx& tx, const AnnouncementOptions& options) {
  return named(options.id, core.services().announcements.remove(tx, options.id), "deleted");
}

}  // namespace

void add_announcement(CLI::App& app, Invocation& invocation) {
  auto* announcement = app.add_subcommand("announcement", "What everybody who signs in is told");
  announcement->require_subcommand(1);
  auto options = std::make_shared<AnnouncementOptions>();
  using Action = Result<void> (*)(Core&, db::Tx&, const AnnouncementOptions&);
  const auto add = [&](const char* name, const char* help, Action action) {
    auto* command = announcement->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) {
      return core.new_session()->write([&](db::Tx& tx) { return action(core, tx, *options); });
    });
    return command;
  };
  auto* make = add("create", "Publish an announcement", create);
  make->add_option("text", options->text)->required();
  make->add_option("--starts", options->starts, "when what is announced begins");
  make->add_option("--ends", options->ends, "when it ends, and with it the announcement");
  make->add_flag("--all-day", options->all_day, "only the dates matter");
  make->add_flag("--draft", options->draft, "do not publish it yet");
  add("list", "List the announcements", list);
  add("publish", "Publish a draft", publish)->add_option("id", options->id)->required();
  add("unpublish", "Take an announcement back, and keep it as a draft", unpublish)
      ->add_option("id", options->id)
      ->required();
  add("delete", "Delete an announcement", remove)->add_option("id", options->id)->required();
}

}  // namespace dunlin::daemon::commands
