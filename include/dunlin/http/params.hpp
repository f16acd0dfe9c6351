#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::http {

/// A file part of a multipart body. Of a spooled body it is a slice of the spool file, never read into memory.
struct FilePart {
  std::string name;
  std::string filename;
  std::string content_type;
  std::string content;                   // empty when spool is set
  std::shared_ptr<TemporaryFile> spool;  // the request's body_file
  std::size_t offset = 0;                // within spool
  std::size_t size = 0;                  // in either case
};

/// The parameters of a request from query string and body (form, multipart or JSON, by content type) as one tree; the
/// body wins over the query (client-api.md 1.1). Names nest: `a[b][]`, `a[0][c]`, or JSON objects and arrays.
class Params {
 public:
  Params();
  ~Params();
  Params(Params&&) noexcept;
  Params& operator=(Params&&) noexcept;

  /// At most 1,000 parameters, 8 levels deep, 4 MiB of text. Errors: bad_request (malformed JSON or multipart, bad
  /// escapes, invalid UTF-8, NUL, too many or too deeply nested parameters), too_large, unsupported_media (a body of
  /// another content type that is not empty).
  static Result<Params> parse(const Request& request);
  /// The query string alone; the body is the handler's business.
  static Result<Params> parse_query(const Request& request);

  /// There and not null.
  [[nodiscard]] bool has(std::string_view name) const;
  /// A scalar as text; nullopt when absent or null. `""` stays `""`.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// Absent or blank: bad_request "param is missing or the value is empty: <name>".
  [[nodiscard]] Result<std::string> required(std::string_view name) const;
  /// Mastodon's idea of booleans; "" = absent.
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  /// Numbers and numeric text; anything else is absent.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  /// A list of scalars, also from index keys (`x[0]=a&x[1]=b`); a lone scalar counts as a list of one.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  /// `source[privacy]` by path: text_at({"source", "privacy"}).
  [[nodiscard]] std::optional<std::string> text_at(std::initializer_list<std::string_view> path) const;
  [[nodiscard]] std::optional<bool> boolean_at(std::initializer_list<std::string_view> path) const;
  /// Elements of an array of objects, or of an object with index keys in order of the keys.
  [[nodiscard]] std::vector<Params> objects(std::string_view name) const;
  /// `poll[options][]` and its like: what is below one name. nullopt: absent, or no object.
  [[nodiscard]] std::optional<Params> object(std::string_view name) const;
  [[nodiscard]] const std::vector<FilePart>& files() const { return files_; }
  [[nodiscard]] const nlohmann::json& tree() const { return *tree_; }

 private:
  explicit Params(const nlohmann::json& tree);
  std::unique_ptr<nlohmann::json> tree_;
  std::vector<FilePart> files_;
};

}  // namespace dunlin::http
