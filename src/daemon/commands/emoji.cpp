#include "commands.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/media/work_folder.hpp"
#include "dunlin/service/custom_emojis.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/store/custom_emojis.hpp"

#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dunlin::daemon::commands {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 20'000;

struct EmojiOptions {
  std::string path;
  std::string category;
  std::string prefix;
  std::string shortcode;
  bool overwrite = false;
  bool unlisted = false;
  bool dry_run = false;
};

bool is_picture(const fs::path& file) {
  constexpr std::array<std::string_view, 6> kEndings{".png", ".gif", ".webp", ".jpg", ".jpeg", ".avif"};
  return std::ranges::find(kEndings, text::to_lower_ascii(file.extension().string())) != kEndings.end();
}

/// By the tar program, into an empty folder: it refuses members that would land outside of it. No owners; no file
/// larger than an emoji may be by far, and no longer than a minute, whatever an archive unfolds to.
Result<void> unpack(const fs::path& archive, const fs::path& folder) {
  const std::array<std::string, 13> words{"/usr/bin/prlimit", "--fsize=4194304",
                                          "--cpu=60",         "--",
                                          "/usr/bin/tar",     "--extract",
                                          "--force-local",  // a colon in the name is no host
                                          "--file",           fs::absolute(archive).string(),
                                          "--directory",      folder.string(),
                                          "--no-same-owner",  "--no-same-permissions"};
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/bin:/bin";
  const std::array<char*, 2> environment{path.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, argv[0], nullptr, nullptr, argv.data(), environment.data()) != 0) {
    return fail(Errc::internal, "the tar program cannot be run");
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(Errc::invalid, archive.string() + " cannot be unpacked");
  return {};
}

/// Regular files only: a link in an archive may point anywhere.
Result<std::vector<fs::path>> list_pictures(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (auto entry = fs::recursive_directory_iterator(folder, ec); !ec && entry != fs::recursive_directory_iterator();
       entry.increment(ec)) {
    if (entry->symlink_status().type() != fs::file_type::regular || !is_picture(entry->path())) continue;
    if (files.size() == kMaxFiles) return fail(Errc::invalid, fmt::format("more than {} pictures", kMaxFiles));
    files.push_back(entry->path());
  }
  if (ec) return fail(Errc::invalid, folder.string() + ": " + ec.message());
  std::ranges::sort(files);
  return files;
}

/// What a dry run can tell without looking at the picture.
Result<void> would_add(db::Session& session, const service::NewEmoji& emoji, std::set<std::string>& known) {
  if (!service::is_shortcode(emoji.shortcode)) return fail(Errc::invalid, "no shortcode");
  const bool is_there = TRY(
      session.read([&](db::Tx& tx) -> Result<bool> { return store::find_own_emoji(tx, emoji.shortcode).has_value(); }));
  const bool is_new = known.insert(emoji.shortcode).second;
  if (!emoji.replace && (is_there || !is_new)) return fail(Errc::conflict, "is there already");
  return {};
}

Result<void> import_all(Core& core, const EmojiOptions& options, const fs::path& folder) {
  const auto session = core.new_session();
  const bool shows_progress = ::isatty(STDERR_FILENO) != 0;
  const auto files = TRY(list_pictures(folder));
  std::set<std::string> known;  // what a dry run would have added by then
  std::size_t imported = 0;
  std::size_t done = 0;
  for (const auto& file : files) {
    if (shows_progress) fmt::print(stderr, "\r{} of {}", ++done, files.size());
    const service::NewEmoji emoji{.shortcode = options.prefix + file.stem().string(),
                                  .category = options.category.empty() ? std::nullopt : std::optional(options.category),
                                  .visible_in_picker = !options.unlisted,
                                  .replace = options.overwrite};
    std::error_code ec;
    const auto size = static_cast<std::size_t>(fs::file_size(file, ec));
    Result<void> added;
    if (options.dry_run) {
      added = would_add(*session, emoji, known);
    } else {
      added = service::add_custom_emoji(*session, core.env(), core.services().pictures, emoji,
                                        {.bytes = {}, .spool = file, .offset = 0, .size = ec ? 0 : size});
    }
    if (added) {
      ++imported;
    } else {
      fmt::print("{}:{}: {}\n", shows_progress ? "\r" : "", emoji.shortcode,
                 added.error().message.empty() ? added.error().detail : added.error().message);
    }
  }
  if (shows_progress) fmt::print(stderr, "\r");
  fmt::print("{} of {} emojis {}imported\n", imported, files.size(), options.dry_run ? "would be " : "");
  if (imported == 0 && !files.empty()) return fail(Errc::invalid, "nothing was imported");
  return {};
}

Result<void> import(Core& core, const EmojiOptions& options) {
  if (fs::is_directory(options.path)) return import_all(core, options, options.path);
  const auto folder = TRY(core.media().new_folder());
  TRY_VOID(unpack(options.path, folder.path()));
  return import_all(core, options, folder.path());
}

Result<void> export_all(Core& core, const EmojiOptions& options) {
  std::error_code ec;
  fs::create_directories(options.path, ec);
  if (ec) return fail(Errc::invalid, options.path + ": " + ec.message());
  const auto emojis = TRY(core.new_session()->read(
      [](db::Tx& tx) -> Result<std::vector<store::EmojiRow>> { return store::list_own_emojis(tx); }));
  std::size_t written = 0;
  for (const auto& emoji : emojis) {
    const auto folder = TRY(core.media().new_folder());
    const auto file = core.media().storage().get(emoji.url, folder.path());
    if (!file) {
      fmt::print(":{}: its file is missing\n", emoji.shortcode);
      continue;
    }
    const auto target = fs::path(options.path) / (emoji.shortcode + file->extension().string());
    fs::copy_file(*file, target, fs::copy_options::overwrite_existing, ec);
    if (ec) return fail(Errc::invalid, target.string() + ": " + ec.message());
    ++written;
  }
  fmt::print("{} emojis written to {}\n", written, options.path);
  return {};
}

Result<void> list(Core& core, const EmojiOptions&) {
  return core.new_session()->read([](db::Tx& tx) -> Result<void> {
    for (const auto& emoji : store::list_own_emojis(tx)) {
      fmt::print(":{}:{}{}{}\n", emoji.shortcode, emoji.category ? " (" + *emoji.category + ")" : "",
                 emoji.visible_in_picker ? "" : " unlisted", emoji.disabled ? " disabled" : "");
    }
    return {};
  });
}

/// Changes one emoji by its shortcode.
Result<void> change(Core& core, const EmojiOptions& options, bool (*action)(db::Tx&, std::string_view)) {
  return core.new_session()->write([&](db::Tx& tx) -> Result<void> {
    if (!action(tx, options.shortcode))
      return fail(Errc::not_found, fmt::format("there is no :{}: here", options.shortcode));
    fmt::print(":{}: done\n", options.shortcode);
    return {};
  });
}

}  // namespace

void add_emoji(CLI::App& app, Invocation& invocation) {
  auto* emoji = app.add_subcommand("emoji", "Custom emojis of this instance");
  emoji->require_subcommand(1);
  auto options = std::make_shared<EmojiOptions>();
  const auto add = [&](const char* name, const char* help,
                       std::function<Result<void>(Core&, const EmojiOptions&)> action) {
    auto* command = emoji->add_subcommand(name, help);
    invocation.when(*command, [options, action](Core& core) { return action(core, *options); });
    return command;
  };
  auto* importing = add("import", "Import pictures, named by their files, from a folder or an archive (tar)", &import);
  importing->add_option("path", options->path, "folder or archive")->required()->check(CLI::ExistingPath);
  importing->add_option("--category", options->category, "under which clients show them");
  importing->add_option("--prefix", options->prefix, "before each shortcode");
  importing->add_flag("--overwrite", options->overwrite, "replace emojis of the same shortcode");
  importing->add_flag("--unlisted", options->unlisted, "keep them out of pickers");
  importing->add_flag("--dry-run", options->dry_run, "only tell what would be imported");
  add("export", "Write all pictures into a folder", &export_all)->add_option("folder", options->path)->required();
  add("list", "List them", &list);
  const auto on_one = [&](const char* name, const char* help, bool (*action)(db::Tx&, std::string_view)) {
    add(name, help, [action](Core& core, const EmojiOptions& given) { return change(core, given, action); })
        ->add_option("shortcode", options->shortcode, "without colons")
        ->required();
  };
  on_one("disable", "Show it as text",
         [](db::Tx& tx, std::string_view code) { return store::set_emoji_disabled(tx, code, true); });
  on_one("enable", "Show it again",
         [](db::Tx& tx, std::string_view code) { return store::set_emoji_disabled(tx, code, false); });
  on_one("delete", "Remove it", [](db::Tx& tx, std::string_view code) { return store::delete_own_emoji(tx, code); });
}

}  // namespace dunlin::daemon::commands
