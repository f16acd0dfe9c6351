#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/trend.hpp"
#include "dunlin/store/tags.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>

namespace dunlin::api::entities {

/// The tags of one answer with their use of late and what the viewer has to do with them, in two statements.
class TagPage {
 public:
  TagPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer, std::span<const store::Tag> tags);

  /// Of those given.
  void render(json::Writer& out, const store::Tag& tag) const;
  void render_array(json::Writer& out, std::span<const store::Tag> tags) const;

 private:
  const config::Config& config_;
  bool signed_in_;
  std::map<std::int64_t, model::UseHistory> histories_;
  std::map<std::int64_t, store::TagMarks> marks_;
};

}  // namespace dunlin::api::entities
