#pragma once

#include "inbox_writer.hpp"
#include "metrics.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/net/application.hpp"
#include "dunlin/streaming/gateway.hpp"
#include "dunlin/web/express_inbox.hpp"

#include <functional>
#include <optional>

namespace dunlin::daemon {

/// Joins the edge to the dispatcher: which lane, how large a body, and what is served beside the routes.
class HttpApplication final : public net::Application {
 public:
  HttpApplication(const api::Context& context, streaming::Gateway& gateway, InboxWriter& inbox, Metrics& metrics,
                  std::function<Metrics::Gauges()> gauges);

  net::BodyPolicy body_policy(const http::Request& head) override;
  net::Lane lane(const http::Request& request) override;
  std::optional<http::Response> try_fast(const http::Request& request) override;
  net::Outcome handle(const http::Request& request, db::Session& session, service::RemoteDocuments& documents) override;

 private:
  net::Outcome take_in(activitypub::Intake intake);
  net::Outcome open_stream(const http::Request& request, db::Session& session);

  const api::Context& context_;
  streaming::Gateway& gateway_;
  InboxWriter& inbox_;
  const web::ExpressInbox express_inbox_;
  api::Dispatcher dispatcher_;
  Metrics& metrics_;
  const std::function<Metrics::Gauges()> gauges_;
};

}  // namespace dunlin::daemon
