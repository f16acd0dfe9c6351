#include "dunlin/api/entities/status_page.hpp"

#include <utility>
#include <vector>

namespace dunlin::api::entities {

namespace {

store::StatusBundle load_bundle(db::Tx& tx, std::span<const StatusId> ids) {
  if (ids.empty()) return {};
  return store::load_status_bundle(tx, ids);
}

}  // namespace

StatusPage::StatusPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer,
                       std::span<const StatusId> ids)
    : viewer_(viewer), bundle_(load_bundle(tx, ids)), accounts_(tx, config, std::move(bundle_.accounts)) {
  std::vector<StatusId> marked;
  for (const auto& status : bundle_.statuses) {
    if (accounts_.find(status.account_id) == nullptr) continue;
    if (status.reblog_of_id) {
      const auto original = bundle_.originals.find(*status.reblog_of_id);
      if (original == bundle_.originals.end() || accounts_.find(original->second.account_id) == nullptr) continue;
    }
    statuses_.emplace(status.id, &status);
    marked.push_back(status.reblog_of_id.value_or(status.id));
  }
  if (viewer_ && !marked.empty()) flags_ = store::list_viewer_flags(tx, *viewer_, marked);
}

StatusView StatusPage::view_of(const model::Status& status) {
  const auto mentions = bundle_.mentions.find(status.id);
  const auto application = bundle_.applications.find(status.id);
  return {.status = status,
          .account = accounts_.json(status.account_id),
          .mentions = mentions == bundle_.mentions.end() ? std::span<const model::Mention>{} : mentions->second,
          .application = application == bundle_.applications.end() ? nullptr : &application->second};
}

void StatusPage::render(json::Writer& out, StatusId id, StatusBody body) {
  const auto& status = *statuses_.at(id);
  auto view = view_of(status);
  std::optional<StatusView> original;
  if (status.reblog_of_id) {
    original.emplace(view_of(bundle_.originals.at(*status.reblog_of_id)));
    view.reblog = &*original;
  }
  if (!viewer_) return render_status(out, accounts_.context(), view, nullptr, body);
  const auto& marked = original ? original->status : status;
  const ViewerMarks marks{.flags = flags_[marked.id], .own = marked.account_id == *viewer_};
  render_status(out, accounts_.context(), view, &marks, body);
}

void StatusPage::render_array(json::Writer& out, std::span<const StatusId> ids) {
  out.begin_array();
  for (const auto id : ids) {
    if (contains(id)) render(out, id);
  }
  out.end_array();
}

}  // namespace dunlin::api::entities
