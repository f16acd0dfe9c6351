#include "dunlin/service/search_query.hpp"

#include "languages.hpp"
#include "search_lexemes.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace dunlin::service {

namespace {

using model::Part;

constexpr std::size_t kMaxClauses = 64;
constexpr std::size_t kMaxQueryBytes = 4096;

/// `-from:"somebody"`, `+word`, `"two words"`.
struct Clause {
  bool excluded = false;
  std::string name;  // of the operator; "" = words
  std::string value;
};

/// Cuts a query at spaces outside of quotes; an open quote ends with the text.
std::vector<Clause> split_clauses(std::string_view text) {
  std::vector<Clause> clauses;
  std::size_t at = 0;
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (at < text.size() && clauses.size() < kMaxClauses) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    Clause clause;
    if (text[at] == '-' || text[at] == '+') clause.excluded = text[at++] == '-';
    bool quoted = false;
    bool named = false;
    for (; at < text.size() && (quoted || !is_space(text[at])); ++at) {
      const char c = text[at];
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ':' && !quoted && !named) {
        clause.name = std::move(clause.value);
        clause.value.clear();
        named = true;
      } else {
        clause.value += c;
      }
    }
    if (named && clause.value.empty()) clause.value = std::exchange(clause.name, "") + ":";
    if (!clause.value.empty()) clauses.push_back(std::move(clause));
  }
  return clauses;
}

Result<Time> parse_day(std::string_view text) {
  if (text.size() == 10) {
    if (const auto time = parse_iso8601(std::string(text) + "T00:00:00Z")) return *time;
  }
  return fail(Errc::invalid, "Invalid date supplied");
}

class Reader {
 public:
  Result<void> read(const Clause& clause) {
    const auto name = text::to_lower_ascii(clause.name);
    if (name == "has") return has(clause);
    if (name == "is") return is(clause);
    if (name == "in") return in(clause);
    if (name == "from") return from(clause);
    if (name == "language") return language(clause);
    if (name == "before" || name == "after" || name == "during") return date(name, clause);
    return words(clause.name.empty() ? clause.value : clause.name + ":" + clause.value, clause.excluded);
  }
  ParsedSearch take() { return std::move(parsed_); }

 private:
  Result<void> has(const Clause& clause) {
    const auto what = text::to_lower_ascii(clause.value);
    if (what == "media") return part(Part::media, clause.excluded);
    if (what == "poll") return part(Part::poll, clause.excluded);
    if (what == "link") return property(kLinkLexeme, clause.excluded);
    if (what == "image") return flag(search().image, !clause.excluded);
    if (what == "video") return flag(search().video, !clause.excluded);
    if (what == "audio") return flag(search().audio, !clause.excluded);
    if (what == "embed") return flag(search().embed, !clause.excluded);
    if (what == "quote") return part(Part::quote, clause.excluded);
    return words("has:" + clause.value, clause.excluded);
  }

  Result<void> is(const Clause& clause) {
    const auto what = text::to_lower_ascii(clause.value);
    if (what == "reply") return flag(search().reply, !clause.excluded);
    if (what == "sensitive") return flag(search().sensitive, !clause.excluded);
    return words("is:" + clause.value, clause.excluded);
  }

  Result<void> in(const Clause& clause) {
    const auto where = text::to_lower_ascii(clause.value);
    const bool library = (where == "library") != clause.excluded;
    if (where == "library" || where == "public") {
      search().in_library = search().in_library && library;
      search().in_public = search().in_public && !library;
    } else if (where == "quotes") {
      return part(Part::quote, clause.excluded);
    } else if (where != "all") {
      return words("in:" + clause.value, clause.excluded);
    }
    return {};
  }

  Result<void> from(const Clause& clause) {
    std::string_view handle = clause.value;
    if (handle.starts_with('@')) handle.remove_prefix(1);
    (clause.excluded ? parsed_.not_from : parsed_.from).emplace_back(handle);
    return {};
  }

  Result<void> language(const Clause& clause) {
    const auto code = text::to_lower_ascii(clause.value);
    if (clause.excluded) {
      search().not_languages.push_back(code);
    } else {
      parsed_.contradicts_itself |= search().language && *search().language != code;
      search().language = normalise_language(code).value_or(code);
    }
    return {};
  }

  Result<void> date(std::string_view name, const Clause& clause) {
    const Time day = TRY(parse_day(clause.value));
    const Time next = day + std::chrono::days(1);
    if (name == "during") {
      if (clause.excluded) {
        search().not_since = day;
        search().not_until = next;
      } else {
        since(day);
        until(next);
      }
    } else if ((name == "before") != clause.excluded) {
      until(name == "before" ? day : next);
    } else {
      since(name == "before" ? day : next);
    }
    return {};
  }

  Result<void> words(const std::string& text, bool excluded) {
    if (text.starts_with('#') && text.size() > 1)
      return property(tag_lexeme(std::string_view(text).substr(1)), excluded);
    search().terms.push_back({.tokens = text::query_tokens(text), .excluded = excluded});
    return {};
  }

  Result<void> property(std::string_view lexeme, bool excluded) {
    search().terms.push_back({.tokens = {{.text = std::string(lexeme), .position = 1}}, .excluded = excluded});
    return {};
  }

  Result<void> part(Part which, bool excluded) {
    auto& parts = excluded ? search().without_parts : search().with_parts;
    parts = static_cast<std::uint16_t>(parts | static_cast<std::uint16_t>(which));
    return {};
  }

  Result<void> flag(std::optional<bool>& setting, bool wanted) {
    parsed_.contradicts_itself |= setting && *setting != wanted;
    setting = wanted;
    return {};
  }

  void since(Time time) { search().since = std::max(search().since, time); }
  void until(Time time) { search().until = std::min(search().until.value_or(time), time); }
  store::StatusSearch& search() { return parsed_.search; }

  ParsedSearch parsed_;
};

}  // namespace

Result<ParsedSearch> parse_status_search(std::string_view text) {
  Reader reader;
  const auto clauses = split_clauses(text::truncate_utf8(text, kMaxQueryBytes));
  for (const auto& clause : clauses) TRY_VOID(reader.read(clause));
  auto parsed = reader.take();
  // Words that have no tokens (only punctuation) ask for nothing.
  const auto is_void = [](const auto& term) { return term.tokens.empty(); };
  const bool only_void =
      clauses.empty() || (!parsed.search.terms.empty() && std::ranges::all_of(parsed.search.terms, is_void) &&
                          parsed.search.terms.size() == clauses.size());
  parsed.contradicts_itself |= only_void;
  return parsed;
}

}  // namespace dunlin::service
