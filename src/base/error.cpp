#include "dunlin/base/error.hpp"

namespace dunlin {

const char* to_string(Errc code) {
  switch (code) {
    case Errc::bad_request:
      return "bad_request";
    case Errc::unauthorized:
      return "unauthorized";
    case Errc::forbidden:
      return "forbidden";
    case Errc::not_found:
      return "not_found";
    case Errc::not_acceptable:
      return "not_acceptable";
    case Errc::conflict:
      return "conflict";
    case Errc::gone:
      return "gone";
    case Errc::too_large:
      return "too_large";
    case Errc::unsupported_media:
      return "unsupported_media";
    case Errc::invalid:
      return "invalid";
    case Errc::too_many_requests:
      return "too_many_requests";
    case Errc::internal:
      return "internal";
    case Errc::unavailable:
      return "unavailable";
    case Errc::remote_failed:
      return "remote_failed";
    case Errc::need_remote:
      return "need_remote";
  }
  return "unknown";
}

}  // namespace dunlin
