#include "dunlin/api/entities/profile.hpp"

#include "handlers.hpp"
#include "own_change.hpp"
#include "pictures.hpp"
#include "validation.hpp"

#include "dunlin/api/entities/tag.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/accounts.hpp"
#include "dunlin/store/tags.hpp"
#include "dunlin/store/user_settings.hpp"

namespace dunlin::api {

namespace {

http::Response answer(Call& call, db::Tx& tx, const model::Account& account) {
  json::Writer tags;
  tags.begin_array();
  for (const auto& tag : store::list_featured_tags(tx, account.id)) {
    entities::render_featured_tag(tags, call.config(), account, tag);
  }
  tags.end_array();
  json::Writer out;
  entities::render_profile(out, call.config(), account, tags.str());
  return call.json(out.take());
}

}  // namespace

Result<http::Response> show_profile(Call& call) {
  return answer(call, call.tx(), call.viewer());
}

Result<http::Response> change_profile(Call& call) {
  const auto change = read_profile_change(call.params());
  if (const auto faults = service::AccountService::check(change); !faults.empty()) return validation_failed(faults);
  const auto pictures = TRY(prepare_pictures(call));
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    auto before = store::find_account_to_change(tx, call.user().account_id);
    if (!before) return fail(Errc::not_found, "Record not found");
    TRY_VOID(set_pictures(call, tx, *before, pictures));
    return answer(call, tx,
                  TRY(call.services().accounts.update_profile(tx, *std::move(before), call.user().id, change)));
  });
}

}  // namespace dunlin::api
