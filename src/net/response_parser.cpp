#include "response_parser.hpp"

#include "dunlin/base/text.hpp"

#include <boost/beast/http/error.hpp>

#include <utility>

namespace dunlin::net {

namespace beast_http = boost::beast::http;

ResponseParser::ResponseParser(const http::OutboundRequest& request, std::size_t max_header_bytes)
    : bodiless_(request.method == http::Method::head),
      max_header_bytes_(max_header_bytes),
      max_body_bytes_(request.max_body_bytes),
      may_cut_(request.cut_body) {
  header_limit(static_cast<std::uint32_t>(max_header_bytes));
  body_limit(boost::none);
  skip(bodiless_);
  eager(true);
}

std::optional<Error> ResponseParser::feed(std::string_view received, std::size_t& consumed) {
  Ec ec;
  consumed += put({received.data(), received.size()}, ec);
  if (!ec || ec == beast_http::error::need_more || cut_) return std::nullopt;
  if (refused_) return refused_;
  if (ec == beast_http::error::header_limit) {
    return exchange_error(ExchangeFailure::too_large, "the header of the answer is too large");
  }
  return exchange_error(ExchangeFailure::protocol, ec.message());
}

std::optional<Error> ResponseParser::end_of_stream() {
  if (!got_some()) return exchange_error(ExchangeFailure::closed, "no answer");
  Ec ec;
  put_eof(ec);
  if (refused_) return refused_;
  if (ec) return exchange_error(ExchangeFailure::closed, "the answer is cut off");
  return std::nullopt;
}

void ResponseParser::too_large(const std::string& why, Ec& ec) {
  if (!may_cut_) return refuse(ExchangeFailure::too_large, why, ec);
  if (response_.body.size() > max_body_bytes_) response_.body.resize(max_body_bytes_);
  cut_ = true;
  ec = beast_http::error::end_of_stream;  // stops the parser
}

std::string ResponseParser::take_body() {
  taken_bytes_ += response_.body.size();
  return std::exchange(response_.body, {});
}

void ResponseParser::refuse(ExchangeFailure failure, const std::string& why, Ec& ec) {
  refused_ = exchange_error(failure, why);
  ec = beast_http::error::bad_value;
}

void ResponseParser::on_response_impl(int status, View, int, Ec&) {
  response_.status = status;
}

void ResponseParser::on_field_impl(beast_http::field, View name, View value, Ec& ec) {
  // Beast measures what is left of the head at each call, we the whole.
  head_bytes_ += name.size() + value.size() + 4;
  if (head_bytes_ > max_header_bytes_) {
    return refuse(ExchangeFailure::too_large, "the header of the answer is too large", ec);
  }
  if (head_done_) return;
  response_.headers.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
}

void ResponseParser::on_header_impl(Ec& ec) {
  head_done_ = true;
  if (bodiless_) return;
  const auto coding = text::trim(response_.headers.get("Content-Encoding"));
  if (text::equals_ignore_case(coding, "gzip") || text::equals_ignore_case(coding, "x-gzip")) {
    inflater_.emplace(max_body_bytes_);
  } else if (!coding.empty() && !text::equals_ignore_case(coding, "identity")) {
    return refuse(ExchangeFailure::protocol, "content encoding " + std::string(coding), ec);
  }
  const auto length = content_length();
  if (length && *length > max_body_bytes_ && !may_cut_)
    refuse(ExchangeFailure::too_large, std::to_string(*length) + " bytes", ec);
}

std::size_t ResponseParser::on_body_impl(View body, Ec& ec) {
  return store(body, ec);
}
std::size_t ResponseParser::on_chunk_body_impl(std::uint64_t, View body, Ec& ec) {
  return store(body, ec);
}

std::size_t ResponseParser::store(View body, Ec& ec) {
  const std::string_view piece(body.data(), body.size());
  if (!inflater_) {
    const bool fits = taken_bytes_ + response_.body.size() + piece.size() <= max_body_bytes_;
    if (fits || may_cut_) response_.body.append(piece);
    if (!fits) too_large("more than " + std::to_string(max_body_bytes_) + " bytes", ec);
    return piece.size();
  }
  if (piece.empty()) return 0;
  switch (inflater_->feed(piece, response_.body)) {
    case Inflater::State::too_large:
      too_large("unpacks to too much", ec);
      break;
    case Inflater::State::broken:
      refuse(ExchangeFailure::protocol, "broken gzip", ec);
      break;
    case Inflater::State::more:
    case Inflater::State::done:
      break;
  }
  return piece.size();
}

void ResponseParser::on_finish_impl(Ec& ec) {
  const bool has_body = !bodiless_ && response_.status >= 200 && response_.status != 204 && response_.status != 304;
  const auto length = content_length();
  if (inflater_ && has_body && length.value_or(1) != 0 && !inflater_->finished()) {
    refuse(ExchangeFailure::protocol, "gzip ends early", ec);
  }
}

}  // namespace dunlin::net
