#include "pictures.hpp"

#include "dunlin/json/writer.hpp"
#include "dunlin/media_worker/blurhash.hpp"

#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::media_worker {

namespace {

constexpr double kMostOriginalPixels = 8'294'400;  // 3840 x 2160
constexpr double kPreviewPixels = 230'400;         // 640 x 360
constexpr int kBlurhashSide = 32;
constexpr int kMostFrames = 400;
constexpr int kQuality = 88;

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

[[noreturn]] void fail_with(const char* what) {
  std::string why = what;
  why.append(": ").append(vips_error_buffer());
  vips_error_clear();
  throw BadPicture(why);
}

/// Takes what an operation made; `make` returns 0 when it is done.
template <class F>
Image made(const char* what, F make) {
  VipsImage* out = nullptr;
  if (make(&out) != 0) fail_with(what);
  return Image(out);
}

int width_of(const Image& image) {
  return vips_image_get_width(image.get());
}
int frame_height(const Image& image) {
  return vips_image_get_page_height(image.get());
}
int frames_of(const Image& image) {
  return vips_image_get_height(image.get()) / std::max(frame_height(image), 1);
}

Image open(const PictureTask& task, bool all_frames) {
  const auto path = task.input.string() + (all_frames ? "[n=-1]" : "");
  return made("the file is no picture", [&](VipsImage** out) {
    *out = vips_image_new_from_file(path.c_str(), "access", VIPS_ACCESS_RANDOM, "fail_on", VIPS_FAIL_ON_TRUNCATED,
                                    nullptr);
    return *out == nullptr ? -1 : 0;
  });
}

/// From the head alone: nothing is decoded that is too large.
void check_size(const PictureTask& task, const Image& image) {
  const long pixels = static_cast<long>(width_of(image)) * frame_height(image);
  if (pixels > task.most_pixels || width_of(image) < 1) throw BadPicture("too many pixels");
}

int pages_of(const Image& image) {
  return vips_image_get_typeof(image.get(), VIPS_META_N_PAGES) != 0 ? vips_image_get_n_pages(image.get()) : 1;
}

std::string_view loader_of(const Image& image) {
  const char* loader = nullptr;
  if (vips_image_get_string(image.get(), VIPS_META_LOADER, &loader) != 0) vips_error_clear();
  return loader == nullptr ? std::string_view() : loader;
}

bool is_moving(const Image& image) {
  // HEIF has pages, too: they are further pictures, not frames.
  const auto loader = loader_of(image);
  return (loader.starts_with("gif") || loader.starts_with("webp")) && pages_of(image) > 1;
}

/// From the head alone: all frames together have no more pixels than a still picture may have.
bool may_move(const PictureTask& task, const Image& head) {
  const double pixels = static_cast<double>(width_of(head)) * frame_height(head) * pages_of(head);
  return is_moving(head) && pages_of(head) <= kMostFrames && pixels <= static_cast<double>(task.most_pixels);
}

/// As people see it: turned as the camera says, in eight bits of RGB or grey.
Image upright(const Image& image) {
  auto turned = made("autorot", [&](VipsImage** out) { return vips_autorot(image.get(), out, nullptr); });
  const auto space = vips_image_get_interpretation(turned.get());
  if (space == VIPS_INTERPRETATION_sRGB || space == VIPS_INTERPRETATION_B_W) return turned;
  if (vips_image_get_typeof(turned.get(), VIPS_META_ICC_NAME) != 0) {
    return made("colours", [&](VipsImage** out) {
      return vips_icc_transform(turned.get(), out, "srgb", "embedded", TRUE, nullptr);
    });
  }
  return made("colours",
              [&](VipsImage** out) { return vips_colourspace(turned.get(), out, VIPS_INTERPRETATION_sRGB, nullptr); });
}

/// Camera, place, author, comments, embedded thumbnails; the colour profile and what frames need stay.
Image without_metadata(const Image& image) {
  auto clean = made("copy", [&](VipsImage** out) { return vips_copy(image.get(), out, nullptr); });
  gchar** fields = vips_image_get_fields(clean.get());
  for (gchar** field = fields; field != nullptr && *field != nullptr; ++field) {
    const std::string_view name = *field;
    for (const std::string_view unwanted : {"exif-", "xmp-", "iptc-", "photoshop-", "jpeg-", "png-", "gif-comment",
                                            "heif-", "orientation", "history", "image-description", "magick"}) {
      if (name.starts_with(unwanted)) vips_image_remove(clean.get(), *field);
    }
  }
  g_strfreev(fields);
  return clean;
}

Image scaled(const Image& image, int width, int height) {
  return made("resize", [&](VipsImage** out) {
    return vips_thumbnail_image(image.get(), out, width, "height", height, "size", VIPS_SIZE_FORCE, nullptr);
  });
}

/// Smaller in proportion until it has at most so many pixels.
Image bounded(const Image& image, double pixels) {
  const double width = width_of(image);
  const double height = vips_image_get_height(image.get());
  if (width * height <= pixels)
    return made("copy", [&](VipsImage** out) { return vips_copy(image.get(), out, nullptr); });
  const double scale = std::sqrt(pixels / (width * height));
  return scaled(image, std::max(1, static_cast<int>(width * scale)), std::max(1, static_cast<int>(height * scale)));
}

Image in_srgb(const Image& image) {
  if (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) == 0) {
    return made("colours",
                [&](VipsImage** out) { return vips_colourspace(image.get(), out, VIPS_INTERPRETATION_sRGB, nullptr); });
  }
  auto out = made("colours", [&](VipsImage** result) {
    return vips_icc_transform(image.get(), result, "srgb", "embedded", TRUE, nullptr);
  });
  vips_image_remove(out.get(), VIPS_META_ICC_NAME);
  return out;
}

/// Each returns the name of the file.
std::string save_jpeg(const PictureTask& task, const Image& image, const std::string& name) {
  const auto file = name + ".jpg";
  const auto path = (task.folder / file).string();
  if (vips_jpegsave(image.get(), path.c_str(), "Q", kQuality, "optimize_coding", TRUE, nullptr) != 0) fail_with("jpeg");
  return file;
}
std::string save_png(const PictureTask& task, const Image& image, const std::string& name) {
  const auto file = name + ".png";
  const auto path = (task.folder / file).string();
  if (vips_pngsave(image.get(), path.c_str(), "compression", 6, nullptr) != 0) fail_with("png");
  return file;
}
std::string save_webp(const PictureTask& task, const Image& image, const std::string& name) {
  const auto file = name + ".webp";
  const auto path = (task.folder / file).string();
  if (vips_webpsave(image.get(), path.c_str(), "Q", kQuality, nullptr) != 0) fail_with("webp");
  return file;
}

/// In the form it came in where the web has it.
std::string save_original(const PictureTask& task, const Image& image) {
  const auto name = loader_of(image);
  if (name.starts_with("webp")) return save_webp(task, image, "file");
  const bool transparent = vips_image_hasalpha(image.get()) != 0;
  if (name.starts_with("png") || name.starts_with("gif") || transparent) return save_png(task, image, "file");
  return save_jpeg(task, image, "file");
}

std::string hash_of(const Image& image) {
  auto small = scaled(image, kBlurhashSide, kBlurhashSide);
  if (vips_image_hasalpha(small.get()) != 0) {
    small = made("flatten", [&](VipsImage** out) { return vips_flatten(small.get(), out, nullptr); });
  }
  small = made("colours",
               [&](VipsImage** out) { return vips_colourspace(small.get(), out, VIPS_INTERPRETATION_sRGB, nullptr); });
  small = made("cast", [&](VipsImage** out) { return vips_cast(small.get(), out, VIPS_FORMAT_UCHAR, nullptr); });
  std::size_t size = 0;
  void* bytes = vips_image_write_to_memory(small.get(), &size);
  const std::size_t expected = 3UL * kBlurhashSide * kBlurhashSide;
  std::string hash;
  if (bytes != nullptr && size == expected) {
    hash = blurhash({static_cast<const std::uint8_t*>(bytes), size}, kBlurhashSide, kBlurhashSide);
  }
  g_free(bytes);
  if (hash.empty()) fail_with("blurhash");
  return hash;
}

void write_preview(json::Writer& out, const PictureTask& task, const Image& picture) {
  const auto preview = without_metadata(in_srgb(bounded(picture, kPreviewPixels)));
  out.field("preview_width", width_of(preview)).field("preview_height", vips_image_get_height(preview.get()));
  const bool transparent = vips_image_hasalpha(preview.get()) != 0;
  out.field("preview", transparent ? save_webp(task, preview, "preview") : save_jpeg(task, preview, "preview"));
  out.field("blurhash", hash_of(preview));
}

void write_size(json::Writer& out, const Image& image, int pages) {
  out.field("pages", pages).field("width", width_of(image)).field("height", vips_image_get_height(image.get()));
}

/// Decoded once, for all that is made of it. Errors in the pixels show here.
Image decoded(const Image& image) {
  auto whole = Image(vips_image_copy_memory(image.get()));
  if (!whole) fail_with("the file is damaged");
  return whole;
}

/// A frame as a picture of its own: what it says of its siblings would mislead.
Image alone(const Image& frame) {
  auto copy = made("copy", [&](VipsImage** out) { return vips_copy(frame.get(), out, nullptr); });
  for (const char* name : {VIPS_META_N_PAGES, VIPS_META_PAGE_HEIGHT}) vips_image_remove(copy.get(), name);
  return copy;
}

using Shape = std::function<Image(const Image&)>;

/// All frames of a moving picture in this shape, one below the other.
Image shaped_frames(const PictureTask& task, const Shape& shape) {
  const auto film = decoded(open(task, true));
  std::vector<Image> frames;
  for (int i = 0; i < frames_of(film); ++i) {
    const auto frame = made("frame", [&](VipsImage** one) {
      return vips_extract_area(film.get(), one, 0, i * frame_height(film), width_of(film), frame_height(film), nullptr);
    });
    frames.push_back(shape(alone(frame)));
  }
  std::vector<VipsImage*> plain;
  for (const Image& frame : frames) plain.push_back(frame.get());
  auto joined = without_metadata(made("frames", [&](VipsImage** all) {
    return vips_arrayjoin(plain.data(), all, static_cast<int>(plain.size()), "across", 1, nullptr);
  }));
  vips_image_set_int(joined.get(), VIPS_META_PAGE_HEIGHT, vips_image_get_height(frames.front().get()));
  return joined;
}

/// One shape for a still picture or for each frame of a moving one.
std::string make_shaped(const PictureTask& task, const Shape& shape) {
  const auto head = open(task, false);
  check_size(task, head);
  json::Writer out;
  out.begin_object();
  const auto first = without_metadata(in_srgb(shape(alone(decoded(upright(head))))));
  // One that would take too much stands still.
  write_size(out, first, may_move(task, head) ? pages_of(head) : 1);
  if (!may_move(task, head)) {
    out.field("file", save_original(task, first));
    out.end_object();
    return out.take();
  }
  out.field("file", save_webp(task, shaped_frames(task, shape), "file"));
  out.field("static", save_png(task, first, "static"));
  out.end_object();
  return out.take();
}

}  // namespace

std::string make_attachment(const PictureTask& task) {
  const auto head = open(task, false);
  check_size(task, head);
  json::Writer out;
  out.begin_object();
  const auto picture = alone(decoded(upright(head)));
  const auto original = without_metadata(bounded(picture, kMostOriginalPixels));
  write_size(out, original, is_moving(head) ? pages_of(head) : 1);
  // The web plays WebP; a GIF that moves is a film, which the caller sees by `pages`.
  const bool plays = may_move(task, head) && loader_of(head).starts_with("webp");
  const auto shape = [](const Image& frame) { return bounded(upright(frame), kMostOriginalPixels); };
  out.field("file", plays ? save_webp(task, shaped_frames(task, shape), "file") : save_original(task, original));
  write_preview(out, task, picture);
  out.end_object();
  return out.take();
}

std::string make_preview(const PictureTask& task) {
  const auto head = open(task, false);
  check_size(task, head);
  json::Writer out;
  out.begin_object();
  const auto picture = alone(decoded(upright(head)));
  write_size(out, picture, is_moving(head) ? pages_of(head) : 1);
  write_preview(out, task, picture);
  out.end_object();
  return out.take();
}

std::string make_cropped(const PictureTask& task, int width, int height) {
  return make_shaped(task, [width, height](const Image& image) {
    return made("crop", [&](VipsImage** out) {
      return vips_thumbnail_image(image.get(), out, width, "height", height, "crop", VIPS_INTERESTING_CENTRE, nullptr);
    });
  });
}

std::string make_fitting(const PictureTask& task, int side) {
  return make_shaped(task, [side](const Image& image) {
    return made("fit", [&](VipsImage** out) {
      return vips_thumbnail_image(image.get(), out, side, "height", side, "size", VIPS_SIZE_DOWN, nullptr);
    });
  });
}

}  // namespace dunlin::media_worker
