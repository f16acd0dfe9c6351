#pragma once

#include "dunlin/http/message.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::net {

/// Why a request is refused before the application sees it.
struct Refusal {
  int status;
  const char* message;
};

/// Finds the end of a request head in what has arrived so far, and what cannot be one. Resumable: `scanned` is where
/// the last call stopped.
struct HeadScan {
  std::size_t scanned = 0;
  std::size_t end = 0;  // length of the head with its empty line; 0 = not complete yet

  std::optional<Refusal> scan(std::string_view received);
};

/// Beast's parser straight into our Request, and stricter where two readers could disagree about the borders of a
/// message (RFC 9112 section 11.2): one plain Content-Length or exactly "chunked", never both, no folded fields.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(http::Request& request, std::size_t max_fields);

  /// `head` is complete, as HeadScan found it.
  std::optional<Refusal> parse_head(std::string_view head);
  /// Feeds body bytes; what was decoded is appended to the request's body. Consumed bytes are added to `consumed`.
  std::optional<Refusal> parse_body(std::string_view received, std::size_t& consumed);
  void limit_body(std::size_t max_bytes) { body_limit(max_bytes); }
  /// The body's size if the head told it.
  [[nodiscard]] std::optional<std::uint64_t> announced() const;
  [[nodiscard]] bool version_is_1_0() const { return version_ == 10; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }

 private:
  using Ec = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb method, View method_text, View target, int version, Ec& ec) override;
  void on_field_impl(boost::beast::http::field field, View name, View value, Ec& ec) override;
  void on_header_impl(Ec& ec) override;
  std::size_t on_body_impl(View body, Ec& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, View body, Ec& ec) override;
  void on_response_impl(int, View, int, Ec&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Ec&) override {}
  void on_chunk_header_impl(std::uint64_t, View, Ec&) override {}
  void on_finish_impl(Ec&) override {}

  void refuse(int status, const char* message, Ec& ec);
  [[nodiscard]] Refusal refusal(const Ec& ec) const;

  http::Request& request_;
  const std::size_t max_fields_;
  std::size_t fields_ = 0;
  int hosts_ = 0;
  int lengths_ = 0;
  int version_ = 11;
  bool head_done_ = false;
  bool expects_continue_ = false;
  std::optional<Refusal> refused_;
};

}  // namespace dunlin::net
