#include "application_border.hpp"

#include "gzip.hpp"

#include "dunlin/base/log.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace dunlin::net {
namespace {

http::Response unavailable() {
  http::Response response = http::json_error(503, "The server cannot reach its database, please try again");
  response.headers.add("Retry-After", "10");
  return response;
}

Outcome call(Application& application, const http::Request& request, Worker& worker,
             service::RemoteDocuments& documents) {
  try {
    return application.handle(request, *worker.session, documents);
  } catch (const db::Unavailable& e) {
    log::warn("database unavailable", {log::kv("path", request.path), log::kv("what", e.what())});
    return {unavailable()};
  } catch (const std::exception& e) {
    log::error("request failed",
               {log::kv("method", request.method_text), log::kv("path", request.path), log::kv("what", e.what())});
  } catch (...) {
    log::error("request failed with an unknown exception", {log::kv("path", request.path)});
  }
  return {http::json_error(500, "internal error")};
}

}  // namespace

Outcome answer(Application& application, const http::Request& request, Worker& worker,
               service::RemoteDocuments& documents, std::size_t gzip_above) {
  const log::Scope scope("request", request.request_id);
  if (std::chrono::steady_clock::now() > request.deadline) return {http::overloaded()};
  Outcome outcome = call(application, request, worker, documents);
  if (!documents.wanted() && !outcome.stream && !outcome.later) compress_answer(request, outcome.response, gzip_above);
  return outcome;
}

}  // namespace dunlin::net
