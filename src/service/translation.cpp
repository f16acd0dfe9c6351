#include "dunlin/service/translation.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/json/parse.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/translation_text.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/translations.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace dunlin::service {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::days kLanguagesFresh{7};
constexpr std::string_view kUndetermined = "und";
constexpr const char* kTrouble = "There was a temporary problem serving your request, please try again";

/// What goes to the translator: HTML each.
struct Work {
  std::vector<std::string> texts;
  std::string source;  // "auto" when the author has not said
  std::string target;

  [[nodiscard]] std::string key(const std::string& url) const {
    std::string all = url + '\0' + source + '\0' + target;
    for (const auto& text : texts) all += '\0' + text;
    return crypto::sha256(all);
  }
};

struct Answer {
  std::vector<std::string> texts;
  std::string detected;
};

/// Mastodon's answers to a translator that does not work (client-api.md 3.4).
Error translator_error(const RemoteDocument& document) {
  const std::string detail = document.failure.empty() ? "status " + std::to_string(document.status) : document.failure;
  if (document.status == 429) {
    return {Errc::unavailable, "There have been too many requests to the translation service recently.", detail};
  }
  if (document.status == 403) {
    return {Errc::unavailable, "The server-wide usage quota for the translation service has been exceeded.", detail};
  }
  return {Errc::unavailable, kTrouble, detail};
}

Result<Json> read_document(const RemoteDocument& document) {
  if (!document.failure.empty() || document.status != 200) return std::unexpected(translator_error(document));
  auto parsed = json::parse(document.body);
  if (!parsed) return fail(Errc::unavailable, kTrouble, "the translator answers nonsense");
  return parsed;
}

/// LibreTranslate's list: [{"code": "en", "targets": ["de", ...]}, ...].
TranslationLanguages read_languages(const Json& list) {
  TranslationLanguages out;
  if (!list.is_array()) return out;
  std::vector<std::string> any;
  for (const Json& entry : list) {
    if (!entry.is_object() || !entry.contains("code") || !entry["code"].is_string()) continue;
    const auto code = entry["code"].get<std::string>();
    const auto targets = entry.find("targets");
    if (targets == entry.end() || !targets->is_array()) continue;
    auto& known = out[code];
    for (const Json& target : *targets) {
      if (!target.is_string() || target == code) continue;
      known.push_back(target.get<std::string>());
      if (std::ranges::find(any, known.back()) == any.end()) any.push_back(known.back());
    }
  }
  if (!out.empty()) out[std::string(kUndetermined)] = std::move(any);
  return out;
}

/// The code as the translator knows it, with its region or without; nullopt when it does not.
template <class Codes>
std::optional<std::string> known_code(const Codes& codes, std::string_view language, auto name_of) {
  for (const std::string_view wanted : {language, language.substr(0, language.find_first_of("-_"))}) {
    for (const auto& code : codes) {
      if (text::equals_ignore_case(name_of(code), wanted)) return std::string(name_of(code));
    }
  }
  return std::nullopt;
}

std::string request_body(const Work& work, const std::string& api_key) {
  json::Writer out;
  out.begin_object();
  out.key("q").begin_array();
  for (const auto& text : work.texts) out.value(text);
  out.end_array();
  out.field("source", work.source).field("target", work.target).field("format", "html");
  if (!api_key.empty()) out.field("api_key", api_key);
  out.end_object();
  return out.take();
}

std::optional<std::vector<std::string>> read_texts(const Json& list, std::size_t count) {
  if (!list.is_array() || list.size() != count) return std::nullopt;
  std::vector<std::string> texts;
  for (const Json& text : list) {
    if (!text.is_string()) return std::nullopt;
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

/// With "auto" the translator says for each text, or once, what it took it for.
std::string read_detected(const Json& answer, const Work& work) {
  if (work.source != "auto") return work.source;
  auto found = answer.find("detectedLanguage");
  if (found == answer.end()) return std::string(kUndetermined);
  const Json& first = found->is_array() && !found->empty() ? found->front() : *found;
  const auto language = first.is_object() ? first.find("language") : first.end();
  return language != first.end() && language->is_string() ? language->get<std::string>() : std::string(kUndetermined);
}

Result<Answer> ask_translator(const Environment& env, db::Session& session, RemoteDocuments& documents,
                              const Work& work) {
  const std::string& url = env.config.translation.url;
  const std::string key = work.key(url);
  const auto known = TRY(session.read(
      [&](db::Tx& tx) -> Result<std::optional<store::StoredTranslation>> { return store::find_translation(tx, key); }));
  if (known) {
    const auto stored = json::parse(known->texts);
    auto texts = stored ? read_texts(*stored, work.texts.size()) : std::nullopt;
    if (texts) return Answer{.texts = *std::move(texts), .detected = known->detected_language};
  }
  const RemoteRequest request{url + "/translate", RemoteKind::translate,
                              request_body(work, env.config.translation.api_key)};
  const auto answer = TRY(read_document(*TRY(documents.get(request))));
  auto texts = answer.is_object() && answer.contains("translatedText")
                   ? read_texts(answer["translatedText"], work.texts.size())
                   : std::nullopt;
  if (!texts) return fail(Errc::unavailable, kTrouble, "the translator answers nonsense");
  Answer result{.texts = *std::move(texts), .detected = read_detected(answer, work)};
  json::Writer list;
  list.begin_array();
  for (const auto& text : result.texts) list.value(text);
  list.end_array();
  TRY_VOID(session.write([&](db::Tx& tx) -> Result<void> {
    store::upsert_translation(tx, key, {.texts = list.str(), .detected_language = result.detected});
    return {};
  }));
  return result;
}

/// The languages that the translator is asked to work between. Errors: forbidden.
Result<void> choose_languages(Work& work, const TranslationLanguages& languages,
                              const std::optional<std::string>& source, std::string_view target) {
  const auto entry_name = [](const auto& entry) -> const std::string& { return entry.first; };
  const auto known_source = source ? known_code(languages, *source, entry_name) : std::optional<std::string>();
  if (source && !known_source) return fail(Errc::forbidden, "This action is not allowed", "source " + *source);
  const auto pairs = languages.find(known_source.value_or(std::string(kUndetermined)));
  const auto known_target =
      pairs == languages.end()
          ? std::optional<std::string>()
          : known_code(pairs->second, target, [](const std::string& c) -> const std::string& { return c; });
  if (!known_target) return fail(Errc::forbidden, "This action is not allowed", "target " + std::string(target));
  work.source = known_source.value_or("auto");
  work.target = *known_target;
  return {};
}

/// Plain text on its way to the translator, and back.
std::string html_of(std::string_view text) {
  return protect_emojis(text::escape_html(text));
}
std::string text_of(const std::string& markup) {
  return html::to_plain_text(release_emojis(markup));
}

struct Original {
  model::Status status;
  std::optional<model::Poll> poll;
  std::vector<model::MediaAttachment> media;  // with a description
};

/// The status, of a reblog what it wraps, if `viewer` may see it.
Result<std::optional<Original>> load_original(db::Tx& tx, AccountId viewer, StatusId id) {
  auto status = store::find_visible_status(tx, viewer, id);
  if (status && status->reblog_of_id) status = store::find_visible_status(tx, viewer, *status->reblog_of_id);
  if (!status) return std::nullopt;
  Original original{.status = *std::move(status), .poll = {}, .media = {}};
  const StatusId found = original.status.id;
  if (original.status.has(model::Part::poll)) original.poll = store::find_poll_of(tx, found);
  if (original.status.has(model::Part::media)) {
    for (auto& media : store::list_status_media(tx, found)) {
      if (!media.description.empty()) original.media.push_back(std::move(media));
    }
  }
  return original;
}

}  // namespace

Result<TranslationLanguages> translation_languages(const Environment& env, db::Session& session,
                                                   RemoteDocuments& documents) {
  const std::string& url = env.config.translation.url;
  if (url.empty()) return TranslationLanguages{};
  const auto known = TRY(session.read([&](db::Tx& tx) -> Result<std::optional<store::TranslatorLanguages>> {
    return store::find_translator_languages(tx, url);
  }));
  const auto stored = known ? json::parse(known->languages) : Result<Json>(Json());
  if (known && stored && env.clock.now() - known->fetched_at < kLanguagesFresh) return read_languages(*stored);
  const RemoteDocument& document = *TRY(documents.get({url + "/languages", RemoteKind::translate}));
  const auto parsed = read_document(document);
  if (!parsed) {
    if (known && stored) return read_languages(*stored);
    return std::unexpected(parsed.error());
  }
  TRY_VOID(session.write([&](db::Tx& tx) -> Result<void> {
    store::upsert_translator_languages(tx, url, document.body);
    return {};
  }));
  return read_languages(*parsed);
}

Result<Translation> translate_status(const Environment& env, db::Session& session, RemoteDocuments& documents,
                                     AccountId viewer, StatusId id, std::string_view language) {
  const auto original = TRY(session.read([&](db::Tx& tx) { return load_original(tx, viewer, id); }));
  if (!original || env.config.translation.url.empty()) return fail(Errc::not_found, "Record not found");
  const auto& status = original->status;
  if (!status.is_distributable()) return fail(Errc::forbidden, "This action is not allowed");
  Work work;
  const auto languages = TRY(translation_languages(env, session, documents));
  TRY_VOID(choose_languages(work, languages, status.language, language));
  work.texts = {protect_emojis(status.content), html_of(status.spoiler_text)};
  if (original->poll) {
    for (const auto& option : original->poll->options) work.texts.push_back(html_of(option));
  }
  for (const auto& media : original->media) work.texts.push_back(html_of(media.description));
  const auto answer = TRY(ask_translator(env, session, documents, work));

  auto next = answer.texts.begin();
  Translation translation;
  translation.content = html::sanitize_status_html(release_emojis(*next++));
  translation.spoiler_text = text_of(*next++);
  if (original->poll) {
    translation.poll = Translation::Poll{.id = original->poll->id, .options = {}};
    for (std::size_t i = 0; i < original->poll->options.size(); ++i) {
      translation.poll->options.push_back(text_of(*next++));
    }
  }
  for (const auto& media : original->media) {
    translation.descriptions.push_back({.media_id = media.id, .text = text_of(*next++)});
  }
  translation.language = work.target;
  translation.detected_source_language = answer.detected;
  return translation;
}

}  // namespace dunlin::service
