#include "dunlin/media/processor.hpp"

#include "support/samples.hpp"

#include "dunlin/media/work_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

using namespace dunlin;
using namespace dunlin::media;
using model::MediaType;

namespace {

struct Setup {
  test::Samples samples;
  config::Config config;
  Processor processor{config, default_worker_program()};

  /// A folder of its own for each work, the file in it.
  struct Work {
    WorkFolder folder;
    std::filesystem::path file;
    FileType type;
  };
  Work work(const std::filesystem::path& sample) const {
    auto folder = WorkFolder::make(samples.folder() / "work").value();
    auto file = folder.copy(sample, 0, std::filesystem::file_size(sample), "input").value();
    const auto type = sniff_file(file).value();
    return {std::move(folder), std::move(file), type};
  }
  Result<Made> image(const Work& w) const { return processor.image(w.folder.path(), w.file); }
  Result<Made> film(const Work& w) const {
    return processor.film(w.folder.path(), w.file, w.type, std::chrono::seconds(60));
  }
};

bool contains(const std::filesystem::path& file, const std::string& what) {
  return test::Samples::read(file).contains(what);
}

}  // namespace

TEST_CASE("pictures of every kind become one of the web, with a preview and a blurhash", "[media][process]") {
  const Setup s;
  const auto png = s.samples.picture("1000x600", "a.png");
  struct Row {
    std::filesystem::path file;
    std::string made;
  };
  const Row rows[] = {{png, "image/png"},
                      {s.samples.picture("1000x600", "a.jpg"), "image/jpeg"},
                      {s.samples.picture("1000x600", "a.webp"), "image/webp"},
                      {s.samples.picture("1000x600", "a.gif"), "image/png"},
                      {s.samples.converted(png, "a.avif"), "image/jpeg"},
                      {s.samples.converted(png, "a.heic"), "image/jpeg"}};
  for (const auto& row : rows) {
    INFO(row.file);
    const auto work = s.work(row.file);
    const auto made = s.image(work);
    REQUIRE(made);
    CHECK(made->content_type == row.made);
    CHECK(made->width == 1000);
    CHECK(made->height == 600);
    CHECK(made->preview_width * made->preview_height <= 230'400);
    CHECK(made->preview_width > 600);
    CHECK(made->blurhash.size() == 28);
    CHECK(sniff_file(made->file)->content_type == row.made);
    CHECK(sniff_file(made->preview)->kind == MediaType::image);
  }
}

TEST_CASE("a picture is turned upright and loses what the camera wrote, not its colours", "[media][process]") {
  const Setup s;
  const auto plain = s.samples.picture("300x200", "a.jpg");
  // Exif in big endian: Orientation 6 (turn right), ImageDescription.
  std::string exif = "Exif";
  exif.append("\0\0MM\0*\0\0\0\x08\0\x02\x01\x0e\0\x02\0\0\0\x10\0\0\0\x26\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
              42);
  exif.append("secret-place-12\0", 16);
  std::string jpeg = test::Samples::read(plain);
  const auto length = exif.size() + 2;
  jpeg.insert(2, std::string("\xff\xe1") + static_cast<char>(length >> 8U) + static_cast<char>(length & 0xffU) + exif);
  const auto work = s.work(s.samples.bytes(jpeg, "b.jpg"));
  const auto made = s.image(work);
  REQUIRE(made);
  CHECK(made->width == 200);
  CHECK(made->height == 300);
  CHECK_FALSE(contains(made->file, "secret-place"));
  CHECK_FALSE(contains(made->preview, "secret-place"));

  const auto profiled = s.work(s.samples.converted(s.samples.picture("64x64", "c.png"), "c.jpg", "[profile=p3]"));
  const auto kept = s.image(profiled);
  REQUIRE(kept);
  CHECK(contains(kept->file, "ICC_PROFILE"));
}

TEST_CASE("a large picture is scaled down, one that is too large refused before it is decoded", "[media][process]") {
  const Setup s;
  const auto large = s.image(s.work(s.samples.picture("4800x3200", "a.jpg")));
  REQUIRE(large);
  CHECK(large->width * large->height <= 8'294'400);
  CHECK(large->width > 3500);
  // 100 megapixels in a few kilobytes.
  const auto bomb = s.work(s.samples.ffmpeg("-f lavfi -i color=black:size=10000x10000 -frames:v 1", "bomb.png"));
  const auto begun = std::chrono::steady_clock::now();
  const auto refused = s.image(bomb);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid);
  CHECK(refused.error().message == "Validation failed: File has too many pixels (maximum is 33177600)");
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
}

TEST_CASE("broken pictures are refused", "[media][process]") {
  const Setup s;
  const auto jpeg = test::Samples::read(s.samples.picture("640x480", "a.jpg"));
  const auto png = test::Samples::read(s.samples.picture("640x480", "a.png"));
  const auto refused = [&](const std::string& content, const char* name) {
    const auto made = s.image(s.work(s.samples.bytes(content, name)));
    return !made && made.error().code == Errc::invalid;
  };
  CHECK(refused(jpeg.substr(0, jpeg.size() / 2), "cut.jpg"));
  CHECK(refused(png.substr(0, png.size() / 2), "cut.png"));
  CHECK(refused(jpeg.substr(0, 20), "head.jpg"));
  CHECK(refused("\x89PNG\r\n\x1a\n" + std::string(200, 'x'), "nonsense.png"));
  CHECK(refused("GIF89a" + std::string(200, '\xff'), "nonsense.gif"));
  CHECK(refused(png.substr(0, 60) + std::string(500, 'z') + png.substr(560), "torn.png"));
}

TEST_CASE("avatars are cut to their size, and moving ones get a still picture", "[media][process]") {
  const Setup s;
  const auto still = s.work(s.samples.picture("640x480", "a.png"));
  const auto cut = s.processor.cropped(still.folder.path(), still.file, 400, 400);
  REQUIRE(cut);
  CHECK(cut->width == 400);
  CHECK(cut->height == 400);
  CHECK(cut->still.empty());
  const auto moving = s.work(s.samples.film("320x200", 0.5, false, "", "a.gif"));
  const auto both = s.processor.cropped(moving.folder.path(), moving.file, 100, 100);
  REQUIRE(both);
  CHECK(both->pages == 5);
  CHECK(sniff_file(both->file)->content_type == "image/webp");
  CHECK(contains(both->file, "ANIM"));
  CHECK(sniff_file(both->still)->content_type == "image/png");
  const auto emoji = s.processor.fitting(moving.folder.path(), moving.file, 64);
  REQUIRE(emoji);
  CHECK(emoji->width == 64);
  CHECK(emoji->height == 40);
}

TEST_CASE("a moving WebP keeps moving, without what was written beside it", "[media][process]") {
  const Setup s;
  const auto webp = s.samples.film("120x80", 0.5, false, "-c:v libwebp_anim -loop 0", "a.webp");
  auto bytes = test::Samples::read(webp);
  bytes += std::string("EXIF\x10\0\0\0secret-place-12\0", 24);
  const auto size = static_cast<std::uint32_t>(bytes.size() - 8);
  for (std::size_t i = 0; i < 4; ++i) bytes[4 + i] = static_cast<char>(size >> (8 * i) & 0xffU);
  const auto work = s.work(s.samples.bytes(bytes, "b.webp"));
  const auto made = s.image(work);
  REQUIRE(made);
  CHECK(made->content_type == "image/webp");
  CHECK(made->pages == 5);
  CHECK(contains(made->file, "ANIM"));
  CHECK_FALSE(contains(made->file, "secret-place"));
}

TEST_CASE("a moving WebP is bounded and turned upright like a still one", "[media][process]") {
  const Setup s;
  const auto large = s.samples.ffmpeg(
      "-f lavfi -i testsrc=size=4000x2400:rate=10:duration=0.3 -c:v libwebp_anim -loop 0", "large.webp");
  const auto work = s.work(large);
  const auto made = s.image(work);
  REQUIRE(made);
  CHECK(made->width * made->height <= 8'294'400);
  CHECK(contains(made->file, "ANIM"));
  const auto again = s.image(s.work(made->file));
  REQUIRE(again);
  CHECK(again->width == made->width);
  CHECK(again->pages == 3);

  // Quarter turn by the camera's word.
  const auto turned = s.samples.film("120x80", 0.3, false, "-c:v libwebp_anim -loop 0", "wide.webp");
  auto bytes = test::Samples::read(turned);
  const std::string exif("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 26);
  bytes += std::string("EXIF\x1a\0\0\0", 8) + exif;
  bytes[20] = static_cast<char>(bytes[20] | 0x08);  // VP8X: there is EXIF
  const auto size = static_cast<std::uint32_t>(bytes.size() - 8);
  for (std::size_t i = 0; i < 4; ++i) bytes[4 + i] = static_cast<char>(size >> (8 * i) & 0xffU);
  const auto quarter = s.work(s.samples.bytes(bytes, "tall.webp"));
  const auto tall = s.image(quarter);
  REQUIRE(tall);
  CHECK(tall->width == 80);
  CHECK(tall->height == 120);
  const auto stored = s.image(s.work(tall->file));
  REQUIRE(stored);
  CHECK(stored->width == 80);
}

TEST_CASE("films of other servers have the limits of our own", "[media][process]") {
  const Setup s;
  const auto preview = [&](const std::filesystem::path& sample) {
    const auto work = s.work(sample);
    return s.processor.film_preview(work.folder.path(), work.file, work.type);
  };
  CHECK(preview(s.samples.film("64x48", 0.3, false, "-c:v libx264 -pix_fmt yuv420p", "fine.mp4")));
  const auto fast = preview(s.samples.ffmpeg(
      "-f lavfi -i testsrc=size=64x64:rate=200:duration=0.2 -c:v libx264 -pix_fmt yuv420p", "fast.mp4"));
  REQUIRE_FALSE(fast);
  CHECK(fast.error().code == Errc::invalid);
  CHECK_FALSE(preview(s.samples.ffmpeg(
      "-f lavfi -i color=black:size=4096x2304:rate=1:duration=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
      "large.mp4")));
}

TEST_CASE("films become what the web plays", "[media][process]") {
  const Setup s;
  struct Row {
    std::filesystem::path file;
    MediaType type;
    std::string made;
  };
  const Row rows[] = {
      {s.samples.film("320x180", 1, true, "-c:v libx264 -pix_fmt yuv420p -c:a aac -shortest", "a.mp4"),
       MediaType::video, "video/mp4"},
      {s.samples.film("320x180", 1, true, "-c:v mpeg4 -c:a pcm_s16le", "a.mov"), MediaType::video, "video/mp4"},
      {s.samples.film("320x180", 1, true, "-c:v libvpx -c:a libvorbis", "a.webm"), MediaType::video, "video/webm"},
      {s.samples.film("321x181", 1, false, "", "a.gif"), MediaType::gifv, "video/mp4"},
      {s.samples.film("320x180", 1, false, "-c:v libx264 -pix_fmt yuv420p", "silent.mp4"), MediaType::gifv,
       "video/mp4"},
      {s.samples.film("320x180", 1, true, "-c:v mpeg4 -c:a aac -shortest", "a.3gp"), MediaType::video, "video/mp4"},
      {s.samples.film("320x180", 1, true, "-c:v wmv2 -c:a wmav2 -shortest", "a.asf"), MediaType::video, "video/mp4"},
      {s.samples.sound("-c:a libopus", "a.opus"), MediaType::audio, "audio/ogg"},
      {s.samples.sound("", "a.mp3"), MediaType::audio, "audio/mpeg"},
      {s.samples.sound("-c:a libvorbis", "a.ogg"), MediaType::audio, "audio/ogg"},
      {s.samples.sound("", "a.flac"), MediaType::audio, "audio/flac"},
      {s.samples.sound("", "a.wav"), MediaType::audio, "audio/wav"},
      {s.samples.sound("", "a.m4a"), MediaType::audio, "audio/mp4"},
      {s.samples.sound("", "a.aac"), MediaType::audio, "audio/mpeg"}};
  for (const auto& row : rows) {
    INFO(row.file);
    const auto work = s.work(row.file);
    const auto made = s.film(work);
    INFO((made ? "" : made.error().detail));
    REQUIRE(made);
    CHECK(made->type == row.type);
    CHECK(made->content_type == row.made);
    CHECK(made->duration == Approx(1).margin(0.2));
    CHECK(sniff_file(made->file).has_value());
    if (row.type == MediaType::audio) {
      CHECK(made->preview.empty());
      CHECK(made->audio.size() == 3);
    } else {
      CHECK(made->width == 320);
      CHECK(made->blurhash.size() == 28);
      CHECK(sniff_file(made->preview)->content_type == "image/jpeg");
    }
  }
}

TEST_CASE("a film loses what the camera wrote beside it", "[media][process]") {
  const Setup s;
  const auto film = s.film(s.work(s.samples.film(
      "160x120", 0.5, true,
      "-c:v libx264 -pix_fmt yuv420p -c:a aac -metadata title=secret-place -metadata location=+10+20/", "a.mp4")));
  REQUIRE(film);
  CHECK_FALSE(contains(film->file, "secret-place"));
  const auto song = s.film(s.work(s.samples.sound("-metadata artist=secret-place", "a.mp3")));
  REQUIRE(song);
  CHECK_FALSE(contains(song->file, "secret-place"));
}

TEST_CASE("films beyond the limits and broken ones are refused", "[media][process]") {
  const Setup s;
  const auto error = [&](const std::filesystem::path& file) {
    const auto work = s.work(file);
    const auto made = s.processor.probe(work.folder.path(), work.file, work.type);
    return made ? "" : made.error().message;
  };
  CHECK(error(s.samples.film("4000x2200", 0.1, false, "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", "wide.mp4")) ==
        "Validation failed: File 4000x2200 videos are not supported");
  CHECK(error(s.samples.ffmpeg("-f lavfi -i testsrc=size=64x64:rate=240:duration=0.2 -c:v libx264 -pix_fmt yuv420p",
                               "fast.mp4")) == "Validation failed: File 240fps videos are not supported");
  const auto whole = test::Samples::read(s.samples.film("64x64", 1, true, "-c:v libx264 -pix_fmt yuv420p", "b.mp4"));
  CHECK(error(s.samples.bytes(whole.substr(0, 60), "cut.mp4")) == "File type of uploaded media could not be verified");
  CHECK(error(s.samples.bytes("OggS" + std::string(500, '\0'), "a.ogg")) ==
        "File type of uploaded media could not be verified");
}

TEST_CASE("decoders stand back, and one processor is left to others", "[media][process]") {
  const Setup s;
  const auto program = [&](const std::string& text) {
    const auto file = s.samples.bytes("#!/bin/sh\n" + text, "program-" + std::to_string(text.size()));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  };
  const auto folder = WorkFolder::make(s.samples.folder() / "work").value();
  // Before it says so itself; its parent sees to it just after the start.
  const auto policy = Worker(program("for i in $(seq 100); do chrt --pid $$ | grep -q SCHED_IDLE && break; sleep 0.05; "
                                     "done; chrt --pid $$\n"))
                          .run(folder.path(), {}, {"run"});
  REQUIRE(policy);
  CHECK(policy->contains("SCHED_IDLE"));

  auto config = s.config;
  config.media.processes = 64;
  const auto running = s.samples.folder() / "running";
  std::filesystem::create_directory(running);
  const Processor processor(
      config, program("touch " + running.string() + "/$$; ls " + running.string() + " | wc -l >> " + running.string() +
                      ".counts; sleep 0.3; rm " + running.string() + "/$$\n"));
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  std::vector<std::thread> callers;
  for (int i = 0; i < processors + 2; ++i) {
    callers.emplace_back([&] { std::ignore = processor.image(folder.path(), folder.path() / "input"); });
  }
  for (auto& caller : callers) caller.join();
  std::ifstream counts(running.string() + ".counts");
  int most = 0;
  for (int count = 0; counts >> count;) most = std::max(most, count);
  CHECK(most >= 1);
  CHECK(most <= std::max(1, processors - 1));
}

TEST_CASE("a picture is made on a machine that always has something else to do", "[media][process]") {
  const Setup s;
  const auto work = s.work(s.samples.picture("640x480", "a.png"));
  std::atomic<bool> done = false;
  std::vector<std::thread> loops;
  for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i) {
    loops.emplace_back([&] {
      while (!done) {
      }
    });
  }
  const auto made =
      Worker(default_worker_program())
          .run(work.folder.path(), {.time = std::chrono::seconds(20)}, {"attachment", "input", "33177600"});
  done = true;
  for (auto& loop : loops) loop.join();
  REQUIRE(made);
  CHECK(made->contains("\"width\":640"));
}

// R18
TEST_CASE("bombs are refused within their limits", "[media][process][bomb]") {
  const Setup s;
  const auto refused = [&](const std::filesystem::path& file) {
    const auto begun = std::chrono::steady_clock::now();
    const auto work = s.work(file);
    const auto made = work.type.kind == MediaType::image ? s.image(work) : s.film(work);
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(30));
    return !made && made.error().code == Errc::invalid;
  };
  // More pixels than may be decoded, in few bytes, in every form that has a size.
  for (const auto* name : {"a.png", "a.gif", "a.jpg"}) {
    INFO(name);
    CHECK(refused(s.samples.ffmpeg("-f lavfi -i color=black:size=12000x9000 -frames:v 1", name)));
  }
  CHECK(refused(s.samples.ffmpeg("-f lavfi -i color=black:size=8000x6000:rate=5:duration=0.2", "wide.gif")));
  CHECK(refused(s.samples.ffmpeg("-f lavfi -i color=black:size=12000x6000 -frames:v 1 -c:v libwebp", "a.webp")));
  // A header that promises more than there is.
  std::string png = test::Samples::read(s.samples.picture("64x64", "b.png"));
  png.replace(16, 8, std::string("\x7f\xff\xff\xff\x7f\xff\xff\xff", 8));
  CHECK(refused(s.samples.bytes(png, "huge.png")));
  std::string gif = test::Samples::read(s.samples.picture("64x64", "b.gif"));
  gif.replace(6, 4, "\xff\xff\xff\xff");
  // libvips takes the size of the frame when that of the screen is absurd.
  const auto screen = s.image(s.work(s.samples.bytes(gif, "huge.gif")));
  CHECK((!screen || screen->width * screen->height <= 64 * 64));
  CHECK(refused(s.samples.ffmpeg(
      "-f lavfi -i color=black:size=8192x8192:rate=1:duration=2 -c:v libx264 -preset ultrafast", "huge.mp4")));
  // Two kinds of file at once: what the first bytes say counts, and then it has to be that.
  const std::string jpeg = test::Samples::read(s.samples.picture("64x64", "c.jpg"));
  CHECK(refused(s.samples.bytes("GIF89a" + jpeg, "polyglot.gif")));
  CHECK(refused(s.samples.bytes(std::string("\0\0\0\x18"
                                            "ftypmp42",
                                            12) +
                                    "#EXTM3U\nfile:///etc/passwd\n",
                                "playlist.mp4")));
}

TEST_CASE("a moving picture whose frames have more pixels together than a still one may have stands still",
          "[media][process][bomb]") {
  const Setup s;
  // Of at most 100,000 pixels.
  const auto made = [&](const std::string& size, const std::string& name) {
    const auto work = s.work(s.samples.ffmpeg("-f lavfi -i testsrc=size=" + size + ":rate=10:duration=0.5", name));
    return Worker(default_worker_program())
        .run(work.folder.path(), {}, {"crop", "input", "100000", "40", "40"})
        .value();
  };
  CHECK(made("140x142", "fits.gif").contains("\"pages\":5"));   // 99,400
  CHECK(made("140x144", "large.gif").contains("\"pages\":1"));  // 100,800
  CHECK(made("140x144", "large.webp").contains("\"pages\":1"));
}

TEST_CASE("a moving picture of many frames is worked off within its limits", "[media][process][bomb]") {
  const Setup s;
  const auto work = s.work(s.samples.ffmpeg("-f lavfi -i color=black:size=16x16:rate=50:duration=60", "long.gif"));
  const auto avatar = s.processor.cropped(work.folder.path(), work.file, 400, 400);
  REQUIRE(avatar);
  CHECK(avatar->pages == 1);  // it stands still
  CHECK(avatar->still.empty());
}
