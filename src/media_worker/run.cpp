#include "run.hpp"

#include "confine.hpp"
#include "pictures.hpp"

#include <unistd.h>
#include <vips/vips.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dunlin::media_worker {

namespace {

constexpr int kOurFault = 1;
constexpr int kBadFile = 2;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int complain(int status, std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  return status;
}

/// Only the decoders that we want, whatever a file claims to be.
bool start_vips(const char* program) {
  if (VIPS_INIT(program) != 0) return false;
  vips_concurrency_set(1);
  vips_cache_set_max(0);
  vips_operation_block_set("VipsForeignLoad", TRUE);
  for (const char* loader : {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadNsgif", "VipsForeignLoadWebp",
                             "VipsForeignLoadHeif"}) {
    vips_operation_block_set(loader, FALSE);
  }
  return true;
}

int at(std::span<char* const> arguments, std::size_t index) {
  return index < arguments.size() ? static_cast<int>(number(arguments[index]).value_or(0)) : 0;
}

std::string make(std::string_view task, const PictureTask& picture, std::span<char* const> more) {
  if (task == "attachment") return make_attachment(picture);
  if (task == "preview") return make_preview(picture);
  if (task == "crop") return make_cropped(picture, at(more, 0), at(more, 1));
  if (task == "fit") return make_fitting(picture, at(more, 0));
  return {};
}

/// Only comes back when the program cannot be started.
int become(std::span<char*> arguments) {
  execv(arguments.front(), arguments.data());
  std::perror(arguments.front());
  return kOurFault;
}

}  // namespace

int run(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  constexpr std::size_t kTask = 6;
  if (arguments.size() < kTask + 2) return complain(kOurFault, "dunlin-media is started by dunlin");
  const std::filesystem::path folder = arguments[1];
  const auto memory = number(arguments[2]);
  const auto cpu = number(arguments[3]);
  const auto file = number(arguments[4]);
  const bool stands_back = std::string_view(arguments[5]) != "normal";
  if (!memory || !cpu || !file || chdir(folder.c_str()) != 0) return complain(kOurFault, "bad arguments");
  if (const auto why = confine(
          folder, {.memory_bytes = *memory, .cpu_seconds = *cpu, .file_bytes = *file, .stands_back = stands_back});
      !why.empty()) {
    return complain(kOurFault, why);
  }
  const std::string_view task = arguments[kTask];
  const auto rest = arguments.subspan(kTask + 1);
  if (task == "run") {
    // The arguments end with the null pointer of argv.
    return become(rest);
  }
  if (!start_vips(arguments[0])) return complain(kOurFault, "libvips does not start");
  PictureTask picture{.input = folder / rest[0], .folder = folder};
  if (rest.size() > 1) picture.most_pixels = static_cast<long>(number(rest[1]).value_or(0));
  try {
    const auto made = make(task, picture, rest.subspan(std::min<std::size_t>(rest.size(), 2)));
    if (made.empty()) return complain(kOurFault, "unknown task");
    std::puts(made.c_str());
    return 0;
  } catch (const BadPicture& e) {
    return complain(kBadFile, e.what());
  } catch (const std::exception& e) {
    return complain(kOurFault, e.what());
  }
}

}  // namespace dunlin::media_worker
