#include "dunlin/http/router.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <utility>

namespace dunlin::http {

namespace {

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::other) + 1;
constexpr std::size_t kMaxSegments = 16;

constexpr std::size_t at(Method method) {
  return static_cast<std::size_t>(method);
}

/// The methods whose route serves a request of this method, best first.
std::span<const Method> servants(Method method) {
  static constexpr Method kHead[] = {Method::head, Method::get};
  static constexpr Method kPut[] = {Method::put, Method::patch};
  static constexpr Method kPatch[] = {Method::patch, Method::put};
  static constexpr std::array kItself = {Method::get,   Method::head,    Method::post,    Method::put,
                                         Method::patch, Method::delete_, Method::options, Method::other};
  if (method == Method::head) return kHead;
  if (method == Method::put) return kPut;
  if (method == Method::patch) return kPatch;
  return std::span(kItself).subspan(at(method), 1);
}

}  // namespace

struct Router::Node {
  /// ":name" or "@:name" below this node.
  struct Parameter {
    std::string prefix;
    std::string name;
    std::unique_ptr<Node> node;
  };
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::vector<Parameter> parameters;  // longest prefix first
  std::array<std::optional<std::size_t>, kMethods> routes{};

  /// Depth first, literals before parameters, until a route for the method is found.
  bool search(Method method, std::span<const std::string> segments, Match& match) const {
    if (segments.empty()) return take(method, match);
    if (const auto literal = literals.find(segments.front());
        literal != literals.end() && literal->second->search(method, segments.subspan(1), match)) {
      return true;
    }
    for (const Parameter& parameter : parameters) {
      const std::string& segment = segments.front();
      if (segment.size() <= parameter.prefix.size() || !segment.starts_with(parameter.prefix)) continue;
      match.params.emplace_back(parameter.name, segment.substr(parameter.prefix.size()));
      if (parameter.node->search(method, segments.subspan(1), match)) return true;
      match.params.pop_back();
    }
    return false;
  }

  bool take(Method method, Match& match) const {
    for (const Method servant : servants(method)) {
      if (const auto index = routes[at(servant)]) {
        match.index = index;
        match.path_known = true;
        return true;
      }
    }
    for (std::size_t i = 0; i < kMethods; ++i) {
      if (!routes[i]) continue;
      match.path_known = true;
      match.allowed.push_back(static_cast<Method>(i));
    }
    return false;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, std::size_t index) {
  Node* node = root_.get();
  if (!pattern.starts_with('/')) throw std::logic_error("route pattern must begin with '/'");
  pattern.remove_prefix(1);
  if (!pattern.empty()) {
    for (const std::string_view segment : text::split(pattern, '/')) {
      const std::size_t colon = segment.find(':');
      if (colon == std::string_view::npos) {
        auto& child = node->literals[std::string(segment)];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
        continue;
      }
      const std::string_view prefix = segment.substr(0, colon);
      const std::string_view name = segment.substr(colon + 1);
      auto found = std::ranges::find_if(node->parameters,
                                        [&](const Node::Parameter& p) { return p.prefix == prefix && p.name == name; });
      if (found == node->parameters.end()) {
        const auto place = std::ranges::find_if(
            node->parameters, [&](const Node::Parameter& p) { return p.prefix.size() < prefix.size(); });
        found = node->parameters.insert(place, {std::string(prefix), std::string(name), std::make_unique<Node>()});
      }
      node = found->node.get();
    }
  }
  auto& route = node->routes[at(method)];
  // The first table wins: tables are given in order of precedence.
  if (!route) route = index;
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string> segments;
  if (!path.empty()) {
    for (const std::string_view segment : text::split(path, '/')) {
      auto decoded = text::percent_decode(segment);
      if (!decoded || decoded->empty() || decoded->contains('\0') || !text::is_valid_utf8(*decoded)) return match;
      if (segments.size() == kMaxSegments) return match;
      segments.push_back(*std::move(decoded));
    }
  }
  if (root_->search(method, segments, match)) {
    match.allowed.clear();
  } else {
    std::ranges::sort(match.allowed);
    const auto repeated = std::ranges::unique(match.allowed);
    match.allowed.erase(repeated.begin(), repeated.end());
  }
  return match;
}

}  // namespace dunlin::http
