#include "dunlin/activitypub/host_budget.hpp"

#include <libpsl.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

namespace dunlin::activitypub {

namespace {

/// The public suffix list: the system's copy, or the library's own when that is newer. Read once.
const psl_ctx_t* suffixes() {
  static const std::unique_ptr<psl_ctx_t, decltype(&psl_free)> list(psl_latest(nullptr), &psl_free);
  return list ? list.get() : psl_builtin();
}

}  // namespace

std::string HostBudget::registrable(std::string_view host) {
  const auto name = host.substr(0, host.rfind(':') == std::string_view::npos ? host.size() : host.rfind(':'));
  const bool is_address = host.starts_with('[') || name.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_address) return std::string(host);
  const std::string whole(name);
  // nullptr: a public suffix itself, nobody's subdomain.
  const char* found = psl_registrable_domain(suffixes(), whole.c_str());
  return found == nullptr ? whole : std::string(found);
}

/// Domains cost something, but not much: those that have brought fewest names go.
void HostBudget::evict() {
  std::array<std::size_t, kHosts + 1> sizes{};
  for (const auto& [domain, window] : windows_) ++sizes.at(window.hosts.size());
  const auto fewest = static_cast<std::size_t>(
      std::distance(sizes.begin(), std::ranges::find_if(sizes, [](std::size_t count) { return count > 0; })));
  std::size_t left = kEvicted;
  std::erase_if(windows_,
                [&](const auto& entry) { return entry.second.hosts.size() == fewest && left > 0 && left-- > 0; });
}

bool HostBudget::allow(std::string_view host) {
  const std::string domain = registrable(host);
  if (domain == host) return true;
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= kMaxDomains) {
    std::erase_if(windows_, [&](const auto& entry) { return entry.second.ends_at <= now; });
    if (windows_.size() >= kMaxDomains) evict();
  }
  Window& window = windows_[domain];
  if (window.ends_at <= now) window = {.ends_at = now + kWindow, .hosts = {}};
  if (window.hosts.contains(host)) return true;
  if (window.hosts.size() >= kHosts) return false;
  window.hosts.emplace(host);
  return true;
}

}  // namespace dunlin::activitypub
