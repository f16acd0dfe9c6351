#pragma once

#include "source_dir.hpp"

#include "dunlin/activitypub/parse.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace dunlin::activitypub {

/// tests/fixtures/activitypub/<name>
inline std::string fixture(const std::string& name) {
  std::ifstream file(DUNLIN_SOURCE_DIR "/tests/fixtures/activitypub/" + name);
  if (!file) throw std::runtime_error("no fixture " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The note of a fixture, whether it stands alone or in an activity.
inline Note note_fixture(const std::string& name) {
  auto object = parse_document(fixture(name)).value();
  if (object.activity) object = object.activity->objects.at(0);
  return object.note.value();
}

}  // namespace dunlin::activitypub
