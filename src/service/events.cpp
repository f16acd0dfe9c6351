#include "dunlin/service/events.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/json/parse.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/events.hpp"

#include <nlohmann/json.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace dunlin::service {

namespace {

using Json = nlohmann::json;

template <class Tag>
void write_field(json::Writer& out, Id<Tag> id) {
  out.value(id.value);
}
template <class T>
  requires std::integral<T>
void write_field(json::Writer& out, T value) {
  out.value(value);
}
template <class T>
  requires std::is_enum_v<T>
void write_field(json::Writer& out, T value) {
  out.value(static_cast<std::int64_t>(value));
}
void write_field(json::Writer& out, const std::string& text) {
  out.value(text);
}
template <class T>
void write_field(json::Writer& out, const std::optional<T>& value) {
  value ? write_field(out, *value) : static_cast<void>(out.value(nullptr));
}
void write_field(json::Writer& out, const std::vector<std::string>& texts) {
  out.begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

template <class T>
  requires std::integral<T>
bool read_field(const Json& in, T& value) {
  if constexpr (std::same_as<T, bool>) {
    if (!in.is_boolean()) return false;
  } else if (!in.is_number_integer()) {
    return false;
  }
  value = in.get<T>();
  return true;
}
template <class Tag>
bool read_field(const Json& in, Id<Tag>& id) {
  return read_field(in, id.value);
}
template <class T>
  requires std::is_enum_v<T>
bool read_field(const Json& in, T& value) {
  std::uint8_t number = 0;
  if (!read_field(in, number)) return false;
  value = static_cast<T>(number);
  return true;
}
bool read_field(const Json& in, std::string& text) {
  if (!in.is_string()) return false;
  text = in.get<std::string>();
  return true;
}
template <class T>
bool read_field(const Json& in, std::optional<T>& value) {
  if (in.is_null()) return true;
  return read_field(in, value.emplace());
}
bool read_field(const Json& in, std::vector<std::string>& texts) {
  if (!in.is_array()) return false;
  for (const auto& element : in) {
    if (!read_field(element, texts.emplace_back())) return false;
  }
  return true;
}

/// Further fields are those of a newer version.
template <class T>
bool read_event(const Json& in, std::optional<Event>& out) {
  if (in.at(0) != T::kName) return false;
  T event;
  const auto readable = std::apply(
      [&](auto&... field) {
        std::size_t at = 0;
        return in.size() > sizeof...(field) && (read_field(in.at(++at), field) && ...);
      },
      event.fields());
  if (readable) out = std::move(event);
  return true;
}

template <class... Ts>
std::optional<Event> read_any(const Json& in, std::variant<Ts...>* /*types*/) {
  std::optional<Event> out;
  (read_event<Ts>(in, out) || ...);
  return out;
}

}  // namespace

events::StatusDeleted events::StatusDeleted::of(const model::Status& status) {
  return {.id = status.id,
          .author = status.account_id,
          .reblog_of = status.reblog_of_id,
          .visibility = status.visibility,
          .local = status.local,
          .parts = status.parts,
          .tags = status.tags};
}

EventStream::EventStream() : origin_(static_cast<std::int64_t>(random_below(1ULL << 62U)) + 1) {}

void EventStream::tell(db::Tx& tx, Event event) {
  if (companion_) companion_(tx, event);
  if (heard_by_others_) store::insert_event(tx, origin_, render_event(event));
  if (!listener_) return;
  tx.after_commit([this, event = std::move(event)] { listener_(event); });
}

std::string render_event(const Event& event) {
  json::Writer out;
  out.begin_array();
  std::visit(
      [&](const auto& one) {
        out.value(one.kName);
        std::apply([&](const auto&... field) { (write_field(out, field), ...); }, one.fields());
      },
      event);
  out.end_array();
  return out.take();
}

std::optional<Event> parse_event(std::string_view text) {
  const auto in = json::parse(text);
  if (!in || !in->is_array() || in->empty()) return std::nullopt;
  return read_any(*in, static_cast<Event*>(nullptr));
}

}  // namespace dunlin::service
