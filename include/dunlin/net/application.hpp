#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/net/workers.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace dunlin::streaming {
class Stream;
}

namespace dunlin::net {

/// What body a request may have, decided from its head alone.
struct BodyPolicy {
  std::size_t max_bytes = 1UL << 20U;      // more: 413
  std::size_t spool_above = 256UL << 10U;  // more: streamed to a file, Request::body_file
};

struct Outcome {
  http::Response response;
  /// The connection becomes this stream; of `response` only the headers are sent.
  std::shared_ptr<streaming::Stream> stream{};
  /// The answer comes later, when this (called on the worker) calls back, from any thread, and keeps no worker
  /// meanwhile. nullopt: handle() runs again.
  std::move_only_function<void(std::move_only_function<void(std::optional<http::Response>)>)> later{};
};

/// What the edge serves. One object for the whole server; it outlives the server.
class Application {
 public:
  virtual ~Application() = default;

  /// On an io thread, from the head alone: must not block or throw.
  virtual BodyPolicy body_policy(const http::Request& head) = 0;
  /// On an io thread: must not block or throw.
  virtual Lane lane(const http::Request& request) = 0;
  /// On an io thread, before anything is queued: an answer that needs neither database nor time, or nothing.
  virtual std::optional<http::Response> try_fast(const http::Request&) { return std::nullopt; }
  /// On a worker thread. When `documents.wanted()` is set afterwards the outcome is thrown away, the document is
  /// fetched, and handle() runs again. db::Unavailable becomes 503, any other exception 500.
  virtual Outcome handle(const http::Request& request, db::Session& session, service::RemoteDocuments& documents) = 0;
};

/// Fetches one remote document; calls back once, from any thread. What is refused has `failure` set.
using FetchFunction =
    std::function<void(service::RemoteRequest, std::move_only_function<void(service::RemoteDocument)>)>;

}  // namespace dunlin::net
