#include "credentials.hpp"
#include "handlers.hpp"
#include "own_change.hpp"
#include "pictures.hpp"
#include "validation.hpp"

#include "dunlin/api/entities/account.hpp"
#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/user_settings.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace dunlin::api {

http::Response credentials(Call& call, db::Tx& tx, const model::Account& account, const model::User& user) {
  entities::AccountPage page(tx, call.config(), account);
  json::Writer out;
  entities::render_credential_account(out, page.context(), account, page.moved_to(account), user,
                                      store::count_follow_requests(tx, account.id));
  return call.json(out.take());
}

namespace {

Result<std::optional<model::Visibility>> read_default_visibility(const http::Params& params) {
  const auto text = params.text_at({"source", "privacy"}).value_or("");
  if (text.empty()) return std::nullopt;
  const auto visibility = model::parse_visibility(text);
  if (!visibility) return fail(Errc::invalid, "Validation failed: Default privacy is not included in the list");
  return visibility;
}

}  // namespace

Result<http::Response> verify_credentials(Call& call) {
  return credentials(call, call.tx(), call.viewer(), call.user());
}

Result<http::Response> update_credentials(Call& call) {
  const auto& params = call.params();
  auto change = read_profile_change(params);
  change.default_visibility = TRY(read_default_visibility(params));
  change.default_sensitive = params.boolean_at({"source", "sensitive"});
  change.default_language = params.text_at({"source", "language"});
  change.default_quote_policy = params.text_at({"source", "quote_policy"});
  if (change.default_quote_policy == "") change.default_quote_policy.reset();
  if (const auto faults = service::AccountService::check(change); !faults.empty()) return validation_failed(faults);
  const auto pictures = TRY(prepare_pictures(call));
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    auto before = store::find_account_to_change(tx, call.user().account_id);
    if (!before) return fail(Errc::not_found, "Record not found");
    TRY_VOID(set_pictures(call, tx, *before, pictures));
    const auto account = TRY(call.services().accounts.update_profile(tx, *std::move(before), call.user().id, change));
    const auto user = store::find_user(tx, call.user().id);
    return credentials(call, tx, account, user ? *user : call.user());
  });
}

Result<http::Response> show_preferences(Call& call) {
  json::Writer out;
  entities::render_preferences(out, call.user(), store::get_reading_preferences(call.tx(), call.user().id));
  return call.json(out.take());
}

}  // namespace dunlin::api
