#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/poll.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Translating statuses by a LibreTranslate server that the admin names (translation.url). No transaction is open while
/// it works; what it said is kept for a week.
namespace dunlin::service {

struct Translation {
  std::string content;  // HTML, sanitised
  std::string spoiler_text;
  struct Poll {
    PollId id;
    std::vector<std::string> options;
  };
  std::optional<Poll> poll;
  struct Description {
    MediaId media_id;
    std::string text;
  };
  std::vector<Description> descriptions;  // of media that have one
  std::string language;
  std::string detected_source_language;
  std::string provider = "LibreTranslate";
};

/// Source languages with the languages each can be translated into; "und" stands for any source. Empty without a
/// translator. Errors: need_remote; unavailable with Mastodon's texts.
using TranslationLanguages = std::map<std::string, std::vector<std::string>>;
Result<TranslationLanguages> translation_languages(const Environment& env, db::Session& session,
                                                   RemoteDocuments& documents);

/// `language`: as the client asked, or the reader's own. Errors: not_found (no translator, or hidden), forbidden (not
/// public or unlisted; a pair that the translator does not know), unavailable (quota, throttling, outage); need_remote.
Result<Translation> translate_status(const Environment& env, db::Session& session, RemoteDocuments& documents,
                                     AccountId viewer, StatusId id, std::string_view language);

}  // namespace dunlin::service
