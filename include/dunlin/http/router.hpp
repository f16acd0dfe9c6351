#pragma once

#include "dunlin/http/message.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::http {

/// The named parts of a matched path, percent-decoded.
using PathParams = std::vector<std::pair<std::string, std::string>>;

/// Finds the route of a path among patterns such as "/api/v1/statuses/:id/reblog"; `:name` matches one segment, a
/// literal segment wins over it; a segment may begin with literal text ("/@:username"). `index` is whatever was given
/// to add().
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  void add(Method method, std::string_view pattern, std::size_t index);

  struct Match {
    std::optional<std::size_t> index;  // nullopt: no such path, or not by this method
    bool path_known = false;           // the path exists, maybe under another method: 405
    std::vector<Method> allowed;       // the methods of the path, when index is nullopt
    PathParams params;
  };
  /// HEAD finds GET; PUT finds PATCH and the reverse when only one is there. One trailing slash is ignored.
  /// Undecodable paths match nothing.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace dunlin::http
