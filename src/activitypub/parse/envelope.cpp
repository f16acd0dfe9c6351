#include "parse/envelope.hpp"

#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

namespace {

/// Keeps the four strings and forgets the rest. false at any event stops the reading.
class Reader {
 public:
  bool null() { return other(); }
  bool boolean(bool) { return other(); }
  bool number_integer(std::int64_t) { return other(); }
  bool number_unsigned(std::uint64_t) { return other(); }
  bool number_float(double, const std::string&) { return other(); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool string(std::string& value) {
    if (!count()) return false;
    if (std::string* place = std::exchange(place_, nullptr)) *place = std::move(value);
    return true;
  }
  bool start_object(std::size_t) {
    if (!count()) return false;
    std::string* place = std::exchange(place_, nullptr);
    if (place != nullptr && place != &envelope_.object) return false;
    in_object_ = place != nullptr;
    return ++depth_ > 0;
  }
  bool end_object() {
    --depth_;
    if (depth_ == 1) in_object_ = false;
    return true;
  }
  bool start_array(std::size_t) {
    if (!other() || depth_ == 0) return false;
    ++depth_;
    return true;
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool key(std::string& name) {
    if (depth_ == 1) return outer_key(name);
    if (depth_ == 2 && in_object_ && name == "id") {
      if (!envelope_.object.empty()) return false;
      place_ = &envelope_.object;
    }
    return true;
  }
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

  [[nodiscard]] bool is_complete() const {
    return !envelope_.id.empty() && !envelope_.type.empty() && !envelope_.actor.empty() && !envelope_.object.empty();
  }
  PlainEnvelope take() { return std::move(envelope_); }

 private:
  bool outer_key(std::string& name) {
    if (std::ranges::find(seen_, name) != seen_.end()) return false;
    place_ = name == "id"       ? &envelope_.id
             : name == "type"   ? &envelope_.type
             : name == "actor"  ? &envelope_.actor
             : name == "object" ? &envelope_.object
                                : nullptr;
    seen_.push_back(std::move(name));
    return seen_.size() <= kMostKeys;
  }
  bool count() { return ++nodes_ <= limits_.max_nodes && depth_ <= limits_.max_depth; }
  /// Neither a string nor an object.
  bool other() { return count() && place_ == nullptr; }

  static constexpr std::size_t kMostKeys = 40;

  const json::ParseLimits limits_;
  PlainEnvelope envelope_;
  std::string* place_ = nullptr;  // of the next value, if that is one of the four
  std::vector<std::string> seen_;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  bool in_object_ = false;  // within the activity's object, at whatever depth
};

}  // namespace

std::optional<PlainEnvelope> read_plain_envelope(std::string_view text) {
  Reader reader;
  if (!nlohmann::json::sax_parse(text, &reader) || !reader.is_complete()) return std::nullopt;
  return reader.take();
}

}  // namespace dunlin::activitypub
