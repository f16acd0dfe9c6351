#include "languages.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/posting_languages.hpp"

#include <algorithm>
#include <array>

namespace dunlin::service {

namespace {

// ISO 639-1, sorted.
constexpr std::string_view kTwoLetter =
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg "
    "ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl "
    "nn "
    "no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sn so sq sr ss st su sv sw ta "
    "te "
    "tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz va ve vi vo wa wo xh yi yo za zh zu";
constexpr std::string_view kThreeLetter =
    "ast chr ckb cnr csb gsw jbo kab ldn lfn lzz moh nds ota pdc sco sma smj szl tok vai xal xmf zba zgh";
constexpr std::array<std::string_view, 5> kRegional{"zh-CN", "zh-HK", "zh-TW", "zh-YUE", "nan-TW"};

/// `list` holds codes of one length, separated by single spaces.
bool contains(std::string_view list, std::string_view code) {
  for (std::size_t i = 0; i + code.size() <= list.size(); i += code.size() + 1) {
    if (list.substr(i, code.size()) == code) return true;
  }
  return false;
}

}  // namespace

const std::vector<std::string>& posting_languages() {
  static const std::vector<std::string> kAll = [] {
    std::vector<std::string> all(kRegional.begin(), kRegional.end());
    for (const auto list : {kTwoLetter, kThreeLetter}) {
      for (const auto code : text::split(list, ' ')) all.emplace_back(code);
    }
    std::ranges::sort(all);
    return all;
  }();
  return kAll;
}

std::optional<std::string> normalise_language(std::string_view code) {
  code = text::trim(code);
  for (const auto known : kRegional) {
    if (text::equals_ignore_case(code, known)) return std::string(known);
  }
  const std::string base = text::to_lower_ascii(code.substr(0, code.find_first_of("-_")));
  if (base.size() == 2 && contains(kTwoLetter, base)) return base;
  if (base.size() == 3 && contains(kThreeLetter, base)) return base;
  return std::nullopt;
}

}  // namespace dunlin::service
