#include "dunlin/api/route.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dunlin::api {

namespace {

/// RFC 6750 3: a 401 names the scheme, and the reason when it lies in the token.
std::string challenge(std::string_view message) {
  static constexpr std::array<std::string_view, 3> kTokenErrors = {
      "The access token is invalid", "The access token was revoked", "The access token expired"};
  if (std::ranges::find(kTokenErrors, message) == kTokenErrors.end()) return "Bearer realm=\"Dunlin\"";
  return "Bearer realm=\"Dunlin\", error=\"invalid_token\", error_description=\"" + std::string(message) + "\"";
}

/// What is shown when the error has no text of its own.
std::string_view fallback_text(Errc code) {
  switch (code) {
    case Errc::not_found:
      return "Record not found";
    case Errc::unauthorized:
      return "The access token is invalid";
    case Errc::forbidden:
      return "This action is not allowed";
    case Errc::unavailable:
      return "There was a temporary problem serving your request, please try again";
    case Errc::remote_failed:
      return "Remote data could not be fetched";
    case Errc::too_many_requests:
      return "Too many requests";
    case Errc::internal:
    case Errc::need_remote:
      return "Something went wrong on our side";
    default:
      return "The request could not be processed";
  }
}

}  // namespace

int to_status(Errc code) {
  switch (code) {
    case Errc::bad_request:
      return 400;
    case Errc::unauthorized:
      return 401;
    case Errc::forbidden:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::not_acceptable:
      return 406;
    case Errc::conflict:
      return 409;
    case Errc::gone:
      return 410;
    case Errc::too_large:
      return 413;
    case Errc::unsupported_media:
      return 415;
    case Errc::invalid:
      return 422;
    case Errc::too_many_requests:
      return 429;
    case Errc::internal:
    case Errc::need_remote:
      return 500;
    case Errc::unavailable:
    case Errc::remote_failed:
      return 503;
  }
  return 500;
}

http::Response to_response(const Error& error) {
  const int status = to_status(error.code);
  // The text of our own faults may carry what a caller never meant to publish.
  const bool hide = status == 500 || error.message.empty();
  const std::string text(hide ? fallback_text(error.code) : std::string_view(error.message));
  http::Response response = http::json_error(status, text);
  if (status == 401) response.headers.add("WWW-Authenticate", challenge(text));
  if (status == 503) response.headers.add("Retry-After", "5");
  return response;
}

}  // namespace dunlin::api
