#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/proof.hpp"
#include "dunlin/base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

/// Whatever came in, what comes out can be stored.
void check(const dunlin::activitypub::Object& object) {
  if (object.note) {
    require(dunlin::text::is_valid_utf8(object.note->content));
    require(dunlin::text::is_valid_utf8(object.note->spoiler_text));
    require(object.note->content.find('\0') == std::string::npos);
    require(object.note->mentions.size() <= 100);
  }
  if (object.activity) {
    for (const auto& inner : object.activity->objects) check(inner);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dunlin;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto activity = activitypub::parse_activity(text)) {
    for (const auto& object : activity->objects) check(object);
  }
  if (const auto document = activitypub::parse_document(text)) check(*document);
  static_cast<void>(activitypub::parse_webfinger(text));
  static_cast<void>(activitypub::parse_host_meta(text));
  static_cast<void>(activitypub::Proof::read(text, Time{}));
  return 0;
}
