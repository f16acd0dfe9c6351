#include "commands.hpp"

#include "dunlin/base/url.hpp"
#include "dunlin/db/migrate.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/media/library.hpp"
#include "dunlin/store/accounts.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace dunlin::daemon::commands {

namespace {

/// Prints one line per check and counts what is wrong.
class Findings {
 public:
  void good(std::string_view what) { fmt::print("good     {}\n", what); }
  void note(std::string_view what) { fmt::print("note     {}\n", what); }
  void bad(std::string_view what) {
    fmt::print("problem  {}\n", what);
    ++problems_;
  }
  [[nodiscard]] int problems() const { return problems_; }

 private:
  int problems_ = 0;
};

constexpr std::uintmax_t kLeastFreeBytes = 1ULL << 30U;

void check_disk(const config::Config& config, Findings& findings) {
  std::error_code ec;
  const auto space = std::filesystem::space(config.server.data_dir, ec);
  if (ec) return findings.bad(fmt::format("data_dir {}: {}", config.server.data_dir.string(), ec.message()));
  const auto line = fmt::format("{} MiB free in {}", space.available >> 20U, config.server.data_dir.string());
  space.available < kLeastFreeBytes ? findings.bad(line) : findings.good(line);
}

void check_addresses(const config::Config& config, Findings& findings) {
  const auto url = Url::parse(config.server.public_url);
  if (url && url->scheme != "https") {
    findings.note(fmt::format("public_url {} is not https: only for tests on one machine", config.server.public_url));
  } else {
    findings.good(fmt::format("handles end in @{}, pages are at {}", config.server.domain, config.server.public_url));
  }
  if (config.federation.allow_http || !config.federation.allow_private_addresses.empty()) {
    findings.note("federation.allow_http or allow_private_addresses is set: only for tests on one machine");
  }
}

Result<void> check_database(Core& core, Findings& findings) {
  int missing = 0;
  for (const auto& migration : TRY(db::migration_status(core.connection()))) missing += migration.applied ? 0 : 1;
  missing == 0 ? findings.good("the database is reachable and its schema is current")
               : findings.bad(fmt::format("{} migrations are missing: run dunlin migrate", missing));
  return core.new_session()->read([&](db::Tx& tx) -> Result<void> {
    const auto accounts = store::list_local_accounts(tx);
    accounts.empty() ? findings.note("no local account yet: dunlin account create")
                     : findings.good(fmt::format("{} local accounts", accounts.size()));
    const auto deliveries = jobs::count_deliveries(tx);
    findings.good(fmt::format("{} deliveries wait, {} were given up", deliveries.pending, deliveries.given_up));
    return {};
  });
}

/// Decoders and store, each by doing a little of its work.
void check_media(Core& core, Findings& findings) {
  const auto folder = core.media().new_folder();
  if (!folder) return findings.bad(fmt::format("media: {}", folder.error().detail));
  const media::Worker worker(media::default_worker_program());
  for (const char* program : {"/usr/bin/ffmpeg", "/usr/bin/ffprobe"}) {
    const auto ran = worker.run(folder->path(), {}, {"run", program, "-version"});
    ran ? findings.good(fmt::format("{} runs, confined", program))
        : findings.bad(fmt::format("{} does not run in {}: {}", program, media::default_worker_program().string(),
                                   ran.error().detail));
  }
  auto& storage = core.media().storage();
  const auto file = folder->write("dunlin doctor", "probe");
  const auto key = file ? media::content_key(*file, "raw") : Result<std::string>(std::unexpected(file.error()));
  const auto stored = key ? storage.put(*key, *file) : Result<void>(std::unexpected(key.error()));
  if (!stored) return findings.bad(fmt::format("media cannot be stored: {}", stored.error().detail));
  const auto removed = storage.remove(*key);
  removed ? findings.good(fmt::format("media can be stored ({})", core.config().storage.type))
          : findings.bad(fmt::format("media cannot be removed from the store: {}", removed.error().detail));
}

Result<void> examine(Core& core) {
  Findings findings;
  findings.good("the configuration is valid");
  check_addresses(core.config(), findings);
  check_disk(core.config(), findings);
  check_media(core, findings);
  TRY_VOID(check_database(core, findings));
  if (findings.problems() == 0) return {};
  return fail(Errc::invalid, fmt::format("{} problems found", findings.problems()));
}

}  // namespace

void add_doctor(CLI::App& app, Invocation& invocation) {
  invocation.when(*app.add_subcommand("doctor", "Check configuration, disk and database, and say what is wrong"),
                  examine);
}

}  // namespace dunlin::daemon::commands
