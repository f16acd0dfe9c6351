#include "dunlin/activitypub/host_budget.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::activitypub {

std::string HostBudget::registrable(std::string_view host) {
  const auto name = host.substr(0, host.rfind(':') == std::string_view::npos ? host.size() : host.rfind(':'));
  const bool is_address = host.starts_with('[') || name.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_address) return std::string(host);
  const auto labels = text::split(name, '.');
  if (labels.size() <= 2) return std::string(name);
  // Second levels of countries are short: co.uk, com.au, ac.jp.
  const bool is_country = labels.back().size() == 2 && labels[labels.size() - 2].size() <= 3;
  const std::size_t kept = is_country ? 3 : 2;
  std::string result;
  for (std::size_t i = labels.size() - kept; i < labels.size(); ++i) {
    if (!result.empty()) result += '.';
    result += labels[i];
  }
  return result;
}

bool HostBudget::allow(std::string_view host) {
  const std::string domain = registrable(host);
  if (domain == host) return true;
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= kMaxDomains) {
    std::erase_if(windows_, [&](const auto& entry) { return entry.second.ends_at <= now; });
    if (windows_.size() >= kMaxDomains) windows_.clear();
  }
  Window& window = windows_[domain];
  if (window.ends_at <= now) window = {.ends_at = now + kWindow, .hosts = {}};
  if (window.hosts.contains(host)) return true;
  if (window.hosts.size() >= kHosts) return false;
  window.hosts.emplace(host);
  return true;
}

}  // namespace dunlin::activitypub
