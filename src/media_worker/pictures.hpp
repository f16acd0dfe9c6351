#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace dunlin::media_worker {

/// A file that is no picture, or one that we do not want to decode; what() tells which.
class BadPicture : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct PictureTask {
  std::filesystem::path input;
  std::filesystem::path folder;  // for what is made
  long most_pixels = 33'177'600;
};

/// A picture for a status: upright, without what the camera wrote beside it, at most 8.3 megapixels, with a preview and
/// a blurhash. Moving pictures are only recognised. Returns a JSON object: `pages`, `width`, `height`, `preview_width`,
/// `preview_height`, `blurhash` and the names of the files made: `file`, `preview`. Throws BadPicture.
std::string make_attachment(const PictureTask& task);
/// The same for one that is kept as it is: a preview and a blurhash.
std::string make_preview(const PictureTask& task);
/// A picture of exactly this size, cut around its middle; a moving one stays so and gets a `static` beside it.
std::string make_cropped(const PictureTask& task, int width, int height);
/// A picture that fits into a square of this size, never enlarged; moving as above.
std::string make_fitting(const PictureTask& task, int side);

}  // namespace dunlin::media_worker
