#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/http/message.hpp"

#include <string>

/// Forms of visitors who are not signed in: a random value in a cookie that the form repeats. Another site can neither
/// read nor set it.
namespace dunlin::web {

/// The value for the form: the browser's own, or a new one.
std::string form_token(const api::Call& call);
/// Hands the value to the browser, with the page that shows it.
void keep_form_token(const api::Call& call, http::Response& response, const std::string& token);
/// The request comes from a form of ours.
bool is_guarded(const api::Call& call);
void forget_form_token(const api::Call& call, http::Response& response);

}  // namespace dunlin::web
