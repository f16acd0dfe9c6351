#pragma once

#include "dunlin/net/application.hpp"

#include <cstddef>

namespace dunlin::net {

/// The request border, on a worker: calls the application, turns what escapes it into an answer, compresses. Does not
/// throw. An answer is only final when `documents.wanted()` is empty afterwards.
Outcome answer(Application& application, const http::Request& request, Worker& worker,
               service::RemoteDocuments& documents, std::size_t gzip_above);

}  // namespace dunlin::net
