#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// What somebody typed, as HTML, with what was found in it.
struct RenderedText {
  std::string html;
  std::vector<model::Mention> mentions;  // each account once, in order of appearance
  std::vector<std::string> tags;         // as typed, each (folded) once
};

/// Errors: invalid, when text and content warning together are longer than the instance allows.
Result<void> check_text_length(const Environment& env, std::string_view text, std::string_view spoiler_text);

/// Handles that are not known here are looked up through `documents` when given; those that cannot be found stay plain
/// text. Errors: need_remote.
Result<RenderedText> render_local_text(db::Tx& tx, const Environment& env, RemoteDocuments* documents,
                                       std::string_view text, model::ContentType type = model::ContentType::plain);

/// The value of a profile field: one line, no paragraphs. Only accounts known here are linked.
Result<std::string> render_local_field(db::Tx& tx, const Environment& env, std::string_view value);

}  // namespace dunlin::service
