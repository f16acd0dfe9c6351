#include "commands.hpp"

#include "dunlin/base/url.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/remote_media.hpp"
#include "dunlin/store/media_cache.hpp"
#include "dunlin/store/media_policies.hpp"
#include "dunlin/store/stored_files.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::daemon::commands {

namespace {

constexpr int kBatch = 1000;

struct MediaOptions {
  int days = 30;
  std::string domain;
  std::string policy;
  bool dry_run = false;
};

std::string in_megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / (1 << 20));
}

void show_progress(std::string_view what, std::size_t count) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{} {}", count, what);
}

Result<void> usage(Core& core, const MediaOptions&) {
  return core.new_session()->read([&](db::Tx& tx) -> Result<void> {
    const auto all = store::count_files(tx);
    const auto cached = store::count_cached_files(tx);
    const auto budget = static_cast<std::int64_t>(core.config().media.cache_size_bytes);
    fmt::print("{:<24} {:>8} files {:>12}\n", "in the store", all.files, in_megabytes(all.bytes));
    fmt::print("{:<24} {:>8} files {:>12} of {}\n", "of other servers", cached.files, in_megabytes(cached.bytes),
               in_megabytes(budget));
    return {};
  });
}

Result<void> prune(Core& core, const MediaOptions& options) {
  const auto before = core.clock().now() - std::chrono::hours(24) * options.days;
  const auto session = core.new_session();
  const auto pruned = core.services().remote_media.prune(*session, before, options.dry_run, [](const auto& so_far) {
    show_progress("files", static_cast<std::size_t>(so_far.files));
  });
  fmt::print("{} files of other servers, {}, {}\n", pruned.files, in_megabytes(pruned.bytes),
             options.dry_run ? "would go" : "are gone; they come back when somebody looks");
  return {};
}

/// false: somebody has stored that content meanwhile.
Result<bool> drop_stranger(Core& core, db::Session& session, const std::string& key) {
  const bool ours =
      TRY(session.write([&](db::Tx& tx) -> Result<bool> { return store::begin_dropping_stranger(tx, key); }));
  if (!ours) return false;
  TRY_VOID(core.services().remote_media.drop(session, std::span(&key, 1)));
  return true;
}

/// Files in the store that no row knows, and rows whose file is missing.
Result<void> orphans(Core& core, const MediaOptions& options) {
  auto& storage = core.media().storage();
  const auto session = core.new_session();
  std::vector<std::string> stored;
  TRY_VOID(storage.list([&](std::string_view key, std::uint64_t) {
    stored.emplace_back(key);
    show_progress("files seen", stored.size());
  }));
  std::ranges::sort(stored);
  std::size_t strangers = 0;
  for (std::size_t at = 0; at < stored.size(); at += kBatch) {
    const auto part = std::span(stored).subspan(at, std::min<std::size_t>(kBatch, stored.size() - at));
    auto known = TRY(session->read(
        [&](db::Tx& tx) -> Result<std::vector<std::string>> { return store::list_known_files(tx, part); }));
    std::ranges::sort(known);
    for (const auto& key : part) {
      // Other things that lie in the same bucket are none of our business.
      if (std::ranges::binary_search(known, key) || !media::is_key(key)) continue;
      if (options.dry_run || TRY(drop_stranger(core, *session, key))) ++strangers;
    }
  }
  std::size_t missing = 0;
  for (std::string after;;) {
    const auto page = TRY(session->read(
        [&](db::Tx& tx) -> Result<std::vector<std::string>> { return store::list_files(tx, after, kBatch); }));
    for (const auto& key : page) {
      if (std::ranges::binary_search(stored, key)) continue;
      ++missing;
      fmt::print("missing: {}\n", key);
    }
    if (page.size() < kBatch) break;
    after = page.back();
  }
  fmt::print("{} files that nothing knows {}; {} known files are missing\n", strangers,
             options.dry_run ? "would be removed" : "removed", missing);
  return {};
}

Result<void> refresh(Core& core, const MediaOptions& options) {
  const auto session = core.new_session();
  const auto domain = options.domain.empty() ? std::nullopt : std::optional(options.domain);
  std::size_t wanted = 0;
  for (MediaId after{0};;) {
    const auto page = TRY(session->write([&](db::Tx& tx) -> Result<std::vector<MediaId>> {
      auto missing = store::list_missing_media(tx, domain, after, kBatch);
      for (const MediaId id : missing) {
        const auto name = service::RemoteFile{.picture = std::nullopt, .id = id.value}.name();
        if (!options.dry_run) {
          core.queue().enqueue(tx, {.kind = service::kFetchMedia, .payload = name, .unique_key = name});
        }
      }
      return missing;
    }));
    wanted += page.size();
    show_progress("files", wanted);
    if (page.size() < kBatch) break;
    after = page.back();
  }
  fmt::print("{} files {}\n", wanted, options.dry_run ? "would be fetched" : "will be fetched by the server");
  return {};
}

/// When files of one server are fetched; without a name, what there is.
Result<void> policy(Core& core, const MediaOptions& options) {
  if (options.domain.empty()) {
    return core.new_session()->read([&](db::Tx& tx) -> Result<void> {
      for (const auto& one : store::list_media_policies(tx))
        fmt::print("{:<40} {}\n", one.domain, one.ahead ? "cache" : "on_demand");
      fmt::print("{:<40} {}\n", "all others", core.config().media.remote);
      return {};
    });
  }
  const auto domain = normalise_domain(options.domain);
  if (!domain) return fail(Errc::invalid, fmt::format("\"{}\" is no domain", options.domain));
  if (options.policy.empty()) return fail(Errc::invalid, "say cache, on_demand or default");
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    if (options.policy != "default") {
      store::save_media_policy(tx, {.domain = *domain, .ahead = options.policy == "cache"});
    } else if (!store::delete_media_policy(tx, *domain)) {
      return fail(Errc::not_found, *domain + " has no policy of its own");
    }
    fmt::print("{} and those below it: {}\n", *domain, options.policy);
    return {};
  });
}

}  // namespace

void add_media(CLI::App& app, Invocation& invocation) {
  auto* media = app.add_subcommand("media", "Uploads, and files of other servers");
  media->require_subcommand(1);
  auto options = std::make_shared<MediaOptions>();
  const auto add = [&](const char* name, const char* help, Result<void> (*action)(Core&, const MediaOptions&)) {
    auto* command = media->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) { return action(core, *options); });
    return command;
  };
  const auto with_dry_run = [&](CLI::App* command) {
    command->add_flag("--dry-run", options->dry_run, "only tell what would be done");
    return command;
  };
  add("usage", "How much there is", &usage);
  with_dry_run(add("prune", "Let go of files of other servers that nobody has looked at lately", &prune))
      ->add_option("--days", options->days, "not viewed for so many days")
      ->check(CLI::Range(0, 36500))
      ->capture_default_str();
  auto* decide = add("policy", "When files of one server are fetched; without a domain: what there is", &policy);
  decide->add_option("domain", options->domain, "the server; those below it are meant, too");
  decide
      ->add_option("when", options->policy,
                   "cache: when their post arrives; on_demand: when somebody looks; default: as media.remote")
      ->check(CLI::IsMember({"cache", "on_demand", "default"}));
  with_dry_run(add("orphans", "Remove files that nothing knows, and report those that are missing", &orphans));
  with_dry_run(add("refresh", "Fetch files of other servers that are not here", &refresh))
      ->add_option("--domain", options->domain, "of one server only");
}

}  // namespace dunlin::daemon::commands
