#include "parameter_tree.hpp"

#include "dunlin/base/text.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace dunlin::http {

namespace {

using Json = nlohmann::json;

/// `a[b][]` in its steps {"a", "b", ""}. A name whose brackets do not match up is one step.
std::vector<std::string_view> split_name(std::string_view name) {
  const std::size_t first = name.find('[');
  if (first == std::string_view::npos || first == 0) return {name};
  std::vector<std::string_view> steps{name.substr(0, first)};
  std::string_view rest = name.substr(first);
  while (!rest.empty()) {
    const std::size_t end = rest.find(']');
    if (rest.front() != '[' || end == std::string_view::npos) return {name};
    const std::string_view step = rest.substr(1, end - 1);
    if (step.contains('[')) return {name};
    steps.push_back(step);
    rest.remove_prefix(end + 1);
  }
  return steps;
}

Json& become(Json& node, Json::value_t type) {
  if (node.type() != type) node = Json(type);
  return node;
}

/// The array element that `rest` (the steps after `[]`) goes to: the last one, or a new one when that has the place
/// taken already.
Json& element_for(Json& array, std::span<const std::string_view> rest) {
  bool fits = !array.empty() && array.back().is_object() && !rest.front().empty();
  if (fits) {
    const Json* node = &array.back();
    for (const std::string_view step : rest) {
      if (step.empty()) break;  // appends to a list inside the element: always free
      const auto found = node->is_object() ? node->find(std::string(step)) : node->end();
      if (!node->is_object() || found == node->end()) {
        node = nullptr;
        break;
      }
      node = &*found;
    }
    if (node != nullptr && !(rest.back().empty() && node->is_array())) fits = false;
  }
  if (!fits) array.push_back(Json::object());
  return array.back();
}

}  // namespace

Result<void> check_text(std::string_view text) {
  if (!text::is_valid_utf8(text)) return fail(Errc::bad_request, "Invalid UTF-8 in the request");
  if (text.contains('\0')) return fail(Errc::bad_request, "Invalid character in the request");
  return {};
}

Result<void> ParameterTree::add(std::string_view name, std::string value) {
  if (++count_ > kMaxParameters) return fail(Errc::bad_request, "Too many parameters");
  if (name.empty()) return {};
  TRY_VOID(check_text(name));
  TRY_VOID(check_text(value));
  const std::vector<std::string_view> steps = split_name(name);
  if (steps.size() > kMaxParameterDepth) return fail(Errc::bad_request, "Parameters are nested too deep");

  Json* node = &become(root_, Json::value_t::object)[std::string(steps.front())];
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (!steps[i].empty()) {
      node = &become(*node, Json::value_t::object)[std::string(steps[i])];
    } else if (i + 1 == steps.size()) {
      become(*node, Json::value_t::array).push_back(Json());
      node = &node->back();
    } else {
      node = &element_for(become(*node, Json::value_t::array), std::span(steps).subspan(i + 1));
    }
  }
  *node = std::move(value);
  return {};
}

Result<void> ParameterTree::add_form(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::size_t end = encoded.find('&');
    const std::string_view pair = encoded.substr(0, end);
    encoded.remove_prefix(end == std::string_view::npos ? encoded.size() : end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view raw_value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    const std::optional<std::string> name = text::percent_decode(pair.substr(0, equals), true);
    std::optional<std::string> value = text::percent_decode(raw_value, true);
    if (!name || !value) return fail(Errc::bad_request, "Invalid percent-encoding in the request");
    TRY_VOID(add(*name, std::move(*value)));
  }
  return {};
}

}  // namespace dunlin::http
