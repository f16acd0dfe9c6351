#include "dunlin/api/entities/conversation.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/json/writer.hpp"

namespace dunlin::api::entities {

std::vector<std::string> render_conversations(db::Tx& tx, const config::Config& config, AccountId viewer,
                                              std::span<const store::Conversation> conversations) {
  std::vector<AccountId> people{viewer};
  std::vector<StatusId> last;
  for (const auto& conversation : conversations) {
    people.insert(people.end(), conversation.participants.begin(), conversation.participants.end());
    if (conversation.last_is_visible) last.push_back(conversation.last_status_id);
  }
  AccountPage accounts(tx, config, people);
  StatusPage statuses(tx, config, viewer, last);

  std::vector<std::string> rendered;
  for (const auto& conversation : conversations) {
    auto others = conversation.participants;
    std::erase_if(others, [&](AccountId id) { return accounts.find(id) == nullptr; });
    if (others.empty()) others.push_back(viewer);
    const bool shows_last = conversation.last_is_visible && statuses.contains(conversation.last_status_id);
    json::Writer out;
    out.begin_object();
    out.field("id", std::to_string(conversation.id));
    out.field("unread", conversation.unread);
    out.key("accounts").raw(accounts.json_array(others));
    out.key("last_status");
    if (shows_last) {
      statuses.render(out, conversation.last_status_id);
    } else {
      out.value(nullptr);
    }
    out.end_object();
    rendered.push_back(out.take());
  }
  return rendered;
}

}  // namespace dunlin::api::entities
