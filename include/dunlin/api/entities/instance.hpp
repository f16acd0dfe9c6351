#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/instance.hpp"
#include "dunlin/store/rules.hpp"

#include <span>
#include <string_view>

namespace dunlin::api::entities {

/// What instance documents are made of.
struct InstanceView {
  const config::Config& config;
  const store::InstanceCounts& counts;
  std::string_view contact_account;  // rendered; "" = none
  std::span<const store::Rule> rules;
  std::string_view vapid_key;  // public, for Web Push
  bool has_terms = false;      // of service
};

/// Instance, version 2 (client-api.md 6.8).
void render_instance(json::Writer& out, const InstanceView& view);
/// V1Instance.
void render_v1_instance(json::Writer& out, const InstanceView& view);
/// An array of Rule.
void render_rules(json::Writer& out, std::span<const store::Rule> rules);

}  // namespace dunlin::api::entities
