#pragma once

#include <string_view>

namespace dunlin::web {

/// What a client of a page's address would rather have (federation.md 1.6).
enum class Preference { page, activity, json };

/// By the q values of an Accept field, the first of equals; an empty field or only wildcards mean a page.
Preference preferred(std::string_view accept);

}  // namespace dunlin::web
