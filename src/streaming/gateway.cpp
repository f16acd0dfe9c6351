#include "dunlin/streaming/gateway.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/http/params.hpp"
#include "dunlin/json/parse.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/store/oauth.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <utility>

namespace dunlin::streaming {

namespace {

constexpr std::string_view kBase = "/api/v1/streaming";

bool wants_websocket(const http::Request& request) {
  return text::to_lower_ascii(request.headers.get("Upgrade")) == "websocket";
}

/// What follows /api/v1/streaming, without slashes at its ends.
std::string_view path_below(const http::Request& request) {
  auto path = std::string_view(request.path).substr(kBase.size());
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

struct Credentials {
  std::string token;
  std::string subprotocol;  // the one that held the token
};

/// client-api.md 4.1: header, query or subprotocol.
Credentials read_credentials(const http::Request& request, const http::Params& params) {
  static constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.headers.get("Authorization");
  const auto offered = text::split(request.headers.get("Sec-WebSocket-Protocol"), ',');
  const std::string first(offered.empty() ? std::string_view() : text::trim(offered.front()));
  if (text::starts_with_ignore_case(header, kScheme)) {
    return {std::string(text::trim(header.substr(kScheme.size()))), first};
  }
  if (auto query = params.text("access_token"); query && !query->empty()) return {std::move(*query), first};
  return {first, first};
}

/// A user's token that the API would take, too.
Result<store::Bearer> check_token(db::Session& session, std::string_view hash) {
  return session.read([&](db::Tx& tx) -> Result<store::Bearer> {
    auto bearer = store::find_bearer(tx, hash);
    // The same question as of those that listen already (accounts.cpp).
    if (!bearer || store::find_good_tokens(tx, std::array{bearer->token.id}).empty()) {
      return fail(Errc::unauthorized, "Invalid access token");
    }
    return *std::move(bearer);
  });
}

/// nullopt: the socket itself, without a first stream.
Result<std::optional<Topic>> requested_topic(const http::Request& request, const http::Params& params) {
  std::optional<std::string> name;
  if (const auto path = path_below(request); !path.empty()) {
    name = stream_name_of_path(path, params.boolean("only_media").value_or(false));
    if (!name) return fail(Errc::bad_request, "Unknown channel requested");
  } else if (wants_websocket(request)) {
    name = params.text("stream");
    if (!name || name->empty()) return std::nullopt;
  } else {
    return fail(Errc::not_found, "Not Found");
  }
  return TRY(parse_topic(*name, params.text("tag"), params.text("list")));
}

std::optional<std::string> scalar(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end()) return std::nullopt;
  if (at->is_string()) return at->get<std::string>();
  if (at->is_number_integer()) return at->dump();
  return std::nullopt;
}

}  // namespace

Stream::~Stream() {
  gateway_.close(listener_);
}

void Stream::receive(std::string_view text, db::Session& session) {
  gateway_.receive(listener_, text, session);
}

bool Gateway::concerns(const http::Request& request) {
  if (request.method != http::Method::get || !request.path.starts_with(kBase)) return false;
  return request.path.size() == kBase.size() || request.path[kBase.size()] == '/';
}

Result<std::shared_ptr<Stream>> Gateway::open(const http::Request& request, db::Session& session) {
  const auto params = TRY(http::Params::parse_query(request));
  const auto topic = TRY(requested_topic(request, params));
  auto credentials = read_credentials(request, params);
  if (credentials.token.empty()) return fail(Errc::unauthorized, "Missing access token");
  const auto hash = crypto::token_hash(credentials.token);
  const auto judgements = hub_.judgements();
  const auto bearer = TRY(check_token(session, hash));
  const auto& scopes = bearer.token.scopes;
  Identity identity{.account = bearer.user->account_id,
                    .user = bearer.user->id,
                    .token = bearer.token.id,
                    .hears_notifications = service::scopes::satisfies(scopes, scope_of(Channel::user_notification))};
  const auto account = identity.account;
  const auto listener = std::make_shared<Listener>(
      std::move(identity), scopes, wants_websocket(request) ? Protocol::websocket : Protocol::server_sent,
      options_.max_outbox_bytes);
  if (!hub_.add(listener, options_.max_per_user)) return fail(Errc::too_many_requests, "Too many open streams");
  try {
    TRY_VOID(session.read([&](db::Tx& tx) -> Result<void> {
      feeds_.pin(tx, account);
      return {};
    }));
  } catch (...) {
    hub_.remove(listener);
    throw;
  }
  // From here on its destructor takes everything back.
  auto stream = std::make_shared<Stream>(*this, listener, std::move(credentials.subprotocol));
  // Who was revoked before the hub knew the listener was not told to it.
  if (hub_.judgements() != judgements) TRY_VOID(check_token(session, hash));
  if (topic) TRY_VOID(subscribe(listener, *topic, session));
  return stream;
}

Result<void> Gateway::subscribe(const std::shared_ptr<Listener>& listener, const Topic& topic, db::Session& session) {
  if (!service::scopes::satisfies(listener->scopes(), scope_of(topic.channel))) {
    return fail(Errc::unauthorized, "Access token does not have the required scopes");
  }
  if (topic.channel == Channel::list) TRY_VOID(pin_list(listener->identity().account, topic, session));
  const auto added = hub_.subscribe(listener, topic, options_.max_topics);
  if (added != Hub::Added::yes) let_go(topic);
  if (added == Hub::Added::too_many) return fail(Errc::too_many_requests, "Too many subscriptions");
  return {};
}

/// Errors: unauthorized for a list that is not there or another one's.
Result<void> Gateway::pin_list(AccountId owner, const Topic& topic, db::Session& session) {
  const auto id = model::ListId::parse(topic.parameter);
  const auto pinned = session.read([&](db::Tx& tx) -> Result<bool> { return id && feeds_.pin_list(tx, owner, *id); });
  if (!pinned || !*pinned) return fail(Errc::unauthorized, "Not authorized to stream this list");
  return {};
}

void Gateway::let_go(const Topic& topic) {
  if (topic.channel != Channel::list) return;
  if (const auto id = model::ListId::parse(topic.parameter)) feeds_.unpin_list(*id);
}

void Gateway::receive(const std::shared_ptr<Listener>& listener, std::string_view text, db::Session& session) {
  const auto message = json::parse(text, {.max_depth = 4, .max_nodes = 32});
  if (!message || !message->is_object()) return;  // client-api.md 4.1: malformed ones are ignored
  const auto type = scalar(*message, "type");
  const auto name = scalar(*message, "stream");
  if (!name || (type != "subscribe" && type != "unsubscribe")) return;
  const auto topic = parse_topic(*name, scalar(*message, "tag"), scalar(*message, "list"));
  auto done = topic ? Result<void>() : std::unexpected(topic.error());
  if (topic && type == "subscribe") done = subscribe(listener, *topic, session);
  if (topic && type == "unsubscribe" && hub_.unsubscribe(listener, *topic)) let_go(*topic);
  if (done) return;
  const int status = done.error().code == Errc::unauthorized ? 401 : done.error().code == Errc::bad_request ? 400 : 429;
  listener->outbox().push(std::make_shared<const std::string>(render_refusal(done.error().message, status)));
}

void Gateway::close(const std::shared_ptr<Listener>& listener) {
  for (const auto& topic : hub_.remove(listener)) let_go(topic);
  feeds_.unpin(listener->identity().account);
}

}  // namespace dunlin::streaming
