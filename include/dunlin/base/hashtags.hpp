#pragma once

#include <string>
#include <string_view>

namespace dunlin::text {

/// The key under which hashtags compare: fold(), and Latin letters without their accents, as Mastodon's
/// HashtagNormalizer has it. "Café" and "cafe" are one hashtag.
std::string fold_hashtag(std::string_view name);

}  // namespace dunlin::text
