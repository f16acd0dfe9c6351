#include "dunlin/http/message.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/json/writer.hpp"

#include <algorithm>
#include <system_error>

namespace dunlin::http {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "OTHER";
}

const std::string* Headers::find(std::string_view name) const {
  for (const Header& field : fields_) {
    if (text::equals_ignore_case(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : std::string_view();
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [&](const Header& field) { return text::equals_ignore_case(field.name, name); }));
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Header& field) { return text::equals_ignore_case(field.name, name); });
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;  // a destructor has nobody to tell
  std::filesystem::remove(path_, ignored);
}

Response text_response(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(content_type));
  response.body = std::move(body);
  return response;
}

Response json_error(int status, std::string_view message) {
  json::Writer writer;
  // Messages may echo input, which need not be UTF-8.
  writer.begin_object().field("error", text::to_valid_utf8(message)).end_object();
  return text_response(status, "application/json; charset=utf-8", writer.take());
}

Response overloaded() {
  Response response = json_error(503, "The server is busy, please try again");
  response.headers.add("Retry-After", "5");
  return response;
}

}  // namespace dunlin::http
