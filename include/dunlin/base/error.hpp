#pragma once

#include <cstdint>
#include <source_location>
#include <string>

namespace dunlin {

/// What went wrong, free of any protocol; api/errors.cpp maps it to an HTTP status.
enum class Errc : std::uint8_t {
  bad_request,        // malformed input: 400
  unauthorized,       // no or bad credentials: 401
  forbidden,          // known caller, not allowed: 403
  not_found,          // missing, or hidden from this caller: 404
  not_acceptable,     // 406
  conflict,           // concurrent change: 409
  gone,               // was here, deleted for good: 410
  too_large,          // 413
  unsupported_media,  // 415
  invalid,            // well-formed but refused by a rule: 422
  too_many_requests,  // 429
  internal,           // our fault: 500
  unavailable,        // our database or queue cannot serve now: 503
  remote_failed,      // a remote server could not be reached or answered nonsense: 503
  need_remote,        // a remote document is missing; see service/remote_documents.hpp. Never reaches a client.
};

/// `message` is shown to the client; `detail` only goes to the log.
struct Error {
  Errc code = Errc::internal;
  std::string message;
  std::string detail;
  std::source_location where = std::source_location::current();
};

/// The name of a code as it stands in logs, e.g. "not_found".
const char* to_string(Errc code);

}  // namespace dunlin
