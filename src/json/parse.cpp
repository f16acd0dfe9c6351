#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace dunlin::json {

namespace {

/// Builds the document as it is read, and stops at the first thing that is not to be in one.
class Builder {
 public:
  explicit Builder(const ParseLimits& limits) : limits_(limits) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON has none
  bool start_object(std::size_t) { return open(nlohmann::json::object()); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(nlohmann::json::array()); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    const auto [member, is_new] = open_.back()->emplace(std::move(name), nullptr);
    if (!is_new) return refuse("duplicate key");
    member_ = &*member;
    return count();
  }
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception& error) {
    malformed_ = error.what();
    return false;
  }

  [[nodiscard]] const char* refusal() const { return refusal_; }
  [[nodiscard]] const std::string& malformed() const { return malformed_; }
  nlohmann::json take() { return std::move(root_); }

 private:
  bool refuse(const char* why) {
    refusal_ = why;
    return false;
  }
  bool count() {
    if (++nodes_ > limits_.max_nodes) return refuse("too many values");
    // Depth is that of the container which holds this value; the root's is 0.
    return open_.size() <= limits_.max_depth || refuse("nested too deep");
  }
  nlohmann::json* place(nlohmann::json&& value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    nlohmann::json& holder = *open_.back();
    if (holder.is_array()) {
      holder.push_back(std::move(value));
      return &holder.back();
    }
    *member_ = std::move(value);
    return member_;
  }
  bool add(nlohmann::json value) {
    if (!count()) return false;
    place(std::move(value));
    return true;
  }
  bool open(nlohmann::json&& container) {
    if (!count()) return false;
    open_.push_back(place(std::move(container)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return count();
  }

  const ParseLimits& limits_;
  nlohmann::json root_;
  std::vector<nlohmann::json*> open_;  // stays valid: only the innermost container grows
  nlohmann::json* member_ = nullptr;   // of the innermost object, whose value comes next
  std::size_t nodes_ = 0;
  const char* refusal_ = nullptr;
  std::string malformed_;
};

}  // namespace

Result<nlohmann::json> parse(std::string_view text, const ParseLimits& limits) {
  Builder builder(limits);
  if (nlohmann::json::sax_parse(text, &builder)) return builder.take();
  if (builder.refusal() != nullptr) {
    return fail(Errc::bad_request, "The request body is not acceptable JSON", builder.refusal());
  }
  return fail(Errc::bad_request, "The request body is not valid JSON", builder.malformed());
}

}  // namespace dunlin::json
