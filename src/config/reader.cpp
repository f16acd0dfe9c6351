#include "reader.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace dunlin::config {

namespace {

constexpr std::size_t kLongestShownValue = 120;
constexpr std::string_view kPrefix = "DUNLIN_";

std::string shown(const Field& field, const Raw& raw) {
  if (field.secret) return "(hidden)";
  const auto text = to_toml(raw);
  const auto start = text::truncate_utf8(text, kLongestShownValue);
  return start.size() < text.size() ? std::string(start) + "..." : text;
}

std::string choices_text(const Field& field) {
  std::vector<std::string> names;
  for (const auto choice : field.choices) names.push_back(toml_string(choice));
  return "one of " + text::join(names, ", ");
}

std::expected<void, std::string> check_text(const Field& field, std::string& value) {
  if (!text::is_valid_utf8(value)) return std::unexpected("UTF-8 text");
  if (!field.choices.empty() && std::ranges::find(field.choices, value) == field.choices.end()) {
    return std::unexpected(choices_text(field));
  }
  if (!field.check) return {};
  auto normal = field.check(value);
  if (!normal) return std::unexpected(std::move(normal).error());
  value = *std::move(normal);
  return {};
}

/// After a value was stored: is it one that the field allows? Brings texts into their normal form.
std::expected<void, std::string> check_stored(const Field& field) {
  if (auto* const* text = std::get_if<std::string*>(&field.slot)) return check_text(field, **text);
  if (auto* const* path = std::get_if<std::filesystem::path*>(&field.slot)) {
    auto text = (*path)->string();
    return check_text(field, text);
  }
  if (auto* const* list = std::get_if<Texts*>(&field.slot)) {
    for (auto& element : **list) {
      if (auto checked = check_text(field, element); !checked)
        return std::unexpected("a list in which each is " + checked.error());
    }
  }
  const double size = magnitude(field.slot);
  if (field.least < field.most && !(size >= field.least && size <= field.most)) {
    return std::unexpected(
        fmt::format("{} to {}", bound_text(field.slot, field.least), bound_text(field.slot, field.most)));
  }
  return {};
}

template <class Names>
std::string nearest(std::string_view wanted, const Names& names) {
  std::string best;
  auto best_distance = std::numeric_limits<std::size_t>::max();
  for (const auto& name : names) {
    const auto distance = text::edit_distance(wanted, name);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = name;
  }
  return best;
}

}  // namespace

const Field* Reader::find(std::string_view section, std::string_view key) const {
  const auto found =
      std::ranges::find_if(fields_, [&](const Field& f) { return f.section == section && f.key == key; });
  return found == fields_.end() ? nullptr : &*found;
}

std::string Reader::nearest_key(std::string_view section, std::string_view key) const {
  const auto wanted = fmt::format("{}.{}", section, key);
  std::string best;
  auto best_distance = std::numeric_limits<std::size_t>::max();
  for (const auto& field : fields_) {
    // A right key in a wrong section is as near as one slip.
    const auto distance = std::min(text::edit_distance(wanted, field.name()), text::edit_distance(key, field.key) + 1);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = field.name();
  }
  return best;
}

Result<void> Reader::set(const Field& field, const Raw& raw, const std::string& where) {
  auto done = store(field.slot, raw);
  if (done) done = check_stored(field);
  if (done) return {};
  return fail(Errc::invalid,
              fmt::format("{}: {} = {}: must be {}", where, field.name(), shown(field, raw), done.error()));
}

Result<void> Reader::read_environment(const std::map<std::string, std::string>& environment) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || name == "DUNLIN_CONFIG" || name.starts_with("DUNLIN_TEST_")) continue;
    const auto found = std::ranges::find_if(fields_, [&](const Field& f) { return f.variable() == name; });
    if (found == fields_.end()) {
      std::vector<std::string> names;
      for (const auto& field : fields_) names.push_back(field.variable());
      return fail(Errc::invalid, fmt::format("environment: unknown variable {}; the nearest known one is {}", name,
                                             nearest(name, names)));
    }
    TRY_VOID(set(*found, raw_from_environment(found->slot, value), name));
  }
  return {};
}

Result<void> Reader::check_public_url() const {
  if (!config_.server.public_url.starts_with("http://") || config_.federation.allow_http) return {};
  return fail(Errc::invalid,
              fmt::format("server.public_url = {}: must begin with https:// (http:// only with federation.allow_http)",
                          toml_string(config_.server.public_url)));
}

Result<void> Reader::check_test_settings() const {
  if (checks::is_private_host(config_.web_host())) return {};
  const auto refuse = [&](std::string_view setting) {
    return fail(Errc::invalid,
                fmt::format("{}: must not be set when server.public_url names a public host ({}): it is for tests "
                            "on loopback",
                            setting, config_.web_host()));
  };
  if (config_.federation.allow_http) return refuse("federation.allow_http = true");
  if (!config_.federation.allow_private_addresses.empty()) {
    return refuse("federation.allow_private_addresses = [" +
                  text::join(config_.federation.allow_private_addresses, ", ") + "]");
  }
  return {};
}

Result<void> Reader::check_storage() const {
  const auto& storage = config_.storage;
  if (storage.type != "s3") return {};
  const std::pair<std::string_view, const std::string&> needed[] = {{"s3_endpoint", storage.s3_endpoint},
                                                                    {"s3_bucket", storage.s3_bucket},
                                                                    {"s3_access_key", storage.s3_access_key},
                                                                    {"s3_secret_key", storage.s3_secret_key}};
  for (const auto& [key, value] : needed) {
    if (value.empty())
      return fail(Errc::invalid, fmt::format("storage.{}: must be set when storage.type is \"s3\"", key));
  }
  return {};
}

Result<Config> Reader::finish() {
  auto& server = config_.server;
  if (server.domain.empty()) {
    return fail(Errc::invalid,
                R"(server.domain: must be set: the part after @ in every address here, such as "social.example")");
  }
  if (server.public_url.empty()) {
    const auto url = Url::parse((config_.federation.allow_http ? "http://" : "https://") + server.domain);
    if (!url)
      return fail(Errc::invalid, fmt::format("server.domain = {}: must be a host name", toml_string(server.domain)));
    server.public_url = url->origin();
  }
  if (config_.smtp.from.empty()) {
    config_.smtp.from = "noreply@" + server.domain.substr(0, server.domain.rfind(':'));
  }
  TRY_VOID(check_public_url());
  TRY_VOID(check_test_settings());
  TRY_VOID(check_storage());
  if (config_.delivery.per_host > config_.delivery.concurrency) {
    return fail(Errc::invalid, fmt::format("delivery.per_host = {}: must be at most delivery.concurrency, {}",
                                           config_.delivery.per_host, config_.delivery.concurrency));
  }
  return std::move(config_);
}

std::string Config::web_host() const {
  const auto url = Url::parse(server.public_url);
  return url ? url->authority() : std::string();
}

}  // namespace dunlin::config
