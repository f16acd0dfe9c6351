#pragma once

#include <string>
#include <string_view>

namespace dunlin {

/// The English name of a language by its code ("de" is "German"), by ICU; the code itself when it has none.
std::string language_name(std::string_view code);

}  // namespace dunlin
