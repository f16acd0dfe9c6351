#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/model/preview_card.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/filter_matcher.hpp"
#include "dunlin/store/statuses.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace dunlin::api::entities {

struct StatusFragment;
struct ViewerMarks;
/// The texts of a status in which custom emojis may stand.
std::vector<std::string_view> emoji_texts_of(const model::Status& status, const store::PollView* poll = nullptr);

/// What everybody sees of a status.
struct StatusView {
  const model::Status& status;
  std::string_view account;  // the author, rendered
  std::span<const model::Mention> mentions;
  const store::StatusBundle::App* application = nullptr;
  const StatusView* reblog = nullptr;  // what a wrapper wraps
  const store::PollView* poll = nullptr;
  std::span<const store::ReactionCount> reactions{};
  const store::QuoteView* quote = nullptr;
  const StatusView* quoted = nullptr;         // what the quote shows, when it may be shown
  const ViewerMarks* quoted_marks = nullptr;  // the viewer's on that
  bool nested = false;                        // within a quote: its own quote is only named
  Time now{};
  const model::PreviewCard* card = nullptr;
  std::string_view card_author{};  // the account that the card names, rendered; "" = none
  std::span<const model::MediaAttachment> media{};
  std::optional<std::string> domain{};  // of the author; nullopt: local
  /// What is rendered already; of `status` it says what stands after that, and no text.
  const StatusFragment* fragment = nullptr;
};

/// May be kept: what it shows to everybody is the same for everybody, and its changes are told (db/change.hpp).
bool may_be_kept(const StatusView& view);
StatusFragment render_fragment(const EntityContext& context, const StatusView& view);

/// What one viewer sees: the slots of a status. For a wrapper, the marks on what it wraps.
struct ViewerMarks {
  store::ViewerFlags flags;
  bool own = false;  // the viewer wrote it
  std::span<const service::FilterMatch> filtered{};
};

enum class StatusBody : std::uint8_t {
  content,  // as shown
  source,   // `text` instead of `content`: the answer to DELETE, for "delete and redraft"
};

/// Status (client-api.md 6.2). The members that everybody sees come first and depend on `view` alone; counters, polls,
/// quotes and the viewer's marks follow, so that the first part can be kept and reused. `viewer` nullptr: anonymous.
void render_status(json::Writer& out, const EntityContext& context, const StatusView& view, const ViewerMarks* viewer,
                   StatusBody body = StatusBody::content);

}  // namespace dunlin::api::entities
