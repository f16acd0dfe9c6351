#pragma once

#include <string>
#include <vector>

namespace dunlin::architecture {

/// The classes, structs, unions and enums that a text defines in named namespaces, e.g. "dunlin::web::Visitor" or
/// "dunlin::net::Server::Impl"; what stands in an unnamed namespace, in a class or in a function is its file's own.
std::vector<std::string> read_definitions(const std::string& text);

}  // namespace dunlin::architecture
