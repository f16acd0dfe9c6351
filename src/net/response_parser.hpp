#pragma once

#include "gzip.hpp"

#include "dunlin/net/client.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::net {

/// One answer of a server that may lie: limits on head and body, gzip unpacked on the way.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  ResponseParser(const http::OutboundRequest& request, std::size_t max_header_bytes);

  /// Adds what was consumed to `consumed`. Errors: protocol, too_large.
  std::optional<Error> feed(std::string_view received, std::size_t& consumed);
  /// The peer closed. Errors: closed, when the answer is not complete.
  std::optional<Error> end_of_stream();
  /// Nothing more is to be read: the end, or where a body is cut.
  [[nodiscard]] bool is_complete() const { return is_done() || cut_; }
  [[nodiscard]] bool is_interim() const { return response_.status / 100 == 1; }
  http::OutboundResponse take() { return std::move(response_); }
  /// What has come of the body and is not taken yet.
  [[nodiscard]] std::size_t body_bytes() const { return response_.body.size(); }
  std::string take_body();

 private:
  using Ec = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_response_impl(int status, View reason, int version, Ec& ec) override;
  void on_field_impl(boost::beast::http::field field, View name, View value, Ec& ec) override;
  void on_header_impl(Ec& ec) override;
  std::size_t on_body_impl(View body, Ec& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, View body, Ec& ec) override;
  void on_finish_impl(Ec& ec) override;
  void on_request_impl(boost::beast::http::verb, View, View, int, Ec&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Ec&) override {}
  void on_chunk_header_impl(std::uint64_t, View, Ec&) override {}

  std::size_t store(View body, Ec& ec);
  void too_large(const std::string& why, Ec& ec);
  void refuse(ExchangeFailure failure, const std::string& why, Ec& ec);

  const bool bodiless_;
  const std::size_t max_header_bytes_;
  const std::size_t max_body_bytes_;
  const bool may_cut_;
  bool cut_ = false;
  std::size_t head_bytes_ = 0;
  std::size_t taken_bytes_ = 0;
  http::OutboundResponse response_;
  std::optional<Inflater> inflater_;
  std::optional<Error> refused_;
  bool head_done_ = false;
};

}  // namespace dunlin::net
