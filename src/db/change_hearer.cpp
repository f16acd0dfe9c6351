#include "change_hearer.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <new>
#include <string_view>
#include <tuple>
#include <utility>

namespace dunlin::db {

namespace {

constexpr std::size_t kMost = 5'000;
constexpr Change kEverything{};

}  // namespace

bool ChangeHearer::operator()(const char message[]) noexcept {
  constexpr std::string_view kMark = "dunlin ";
  std::string_view text(message);
  const auto at = text.find(kMark);
  // Not by the word before it: a server may say INFO in its own language.
  if (at == std::string_view::npos) return true;
  const auto change = Change::parse(text::trim(text.substr(at + kMark.size())));
  if (!change || (!heard_.empty() && (heard_.back() == *change || heard_.front() == kEverything))) return false;
  if (heard_.size() >= kMost) {
    heard_.assign(1, kEverything);
    return false;
  }
  try {
    heard_.push_back(*change);
  } catch (const std::bad_alloc&) {
    std::terminate();  // nothing that was heard may be forgotten
  }
  return false;
}

std::vector<Change> ChangeHearer::take() {
  auto changes = std::exchange(heard_, {});
  const auto key = [](const Change& change) { return std::tuple(change.kind, change.id); };
  std::ranges::sort(changes, {}, key);
  changes.erase(std::ranges::unique(changes).begin(), changes.end());
  return changes;
}

void ChangeHearer::forget() {
  heard_.clear();
}

}  // namespace dunlin::db
