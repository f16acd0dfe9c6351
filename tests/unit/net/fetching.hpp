#pragma once

#include "fake_exchanger.hpp"
#include "support.hpp"

#include "dunlin/net/remote_fetcher.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace dunlin::net::test {

using service::RemoteDocument;
using service::RemoteKind;

/// A fetcher over a network that is one function.
struct Fetching {
  explicit Fetching(FakeExchanger::Behaviour behaviour, FetcherOptions options = {}, bool with_signatures = true)
      : network(std::move(behaviour)),
        workers({}, no_sessions()),
        thread("outgoing"),
        fetcher(thread, network, workers, with_signatures ? SignFunction(sign) : SignFunction{}, std::move(options)) {}
  ~Fetching() {
    network.release(std::unexpected(exchange_error(ExchangeFailure::cancelled, "")));
    fetcher.stop();
    workers.stop();
  }

  static void sign(http::OutboundRequest& request, SignatureForm form) {
    if (request.url.ends_with("/unsignable")) throw std::runtime_error("no key");
    const std::string signed_url = form.with_query ? request.url : request.url.substr(0, request.url.find('?'));
    request.headers.add("Signature", (form.scheme == SignatureScheme::cavage ? "cavage " : "rfc9421 ") + signed_url);
  }

  std::future<RemoteDocument> start(const std::string& url, RemoteKind kind = RemoteKind::activity) {
    auto promise = std::make_shared<std::promise<RemoteDocument>>();
    auto future = promise->get_future();
    fetcher.fetch({url, kind}, [promise](RemoteDocument document) { promise->set_value(std::move(document)); });
    return future;
  }
  RemoteDocument fetch(const std::string& url, RemoteKind kind = RemoteKind::activity) {
    return start(url, kind).get();
  }

  FakeExchanger network;
  Workers workers;
  IoThread thread;
  RemoteFetcher fetcher;
};

}  // namespace dunlin::net::test
