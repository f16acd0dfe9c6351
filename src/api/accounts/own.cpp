#include "handlers.hpp"

#include "dunlin/api/entities/account.hpp"
#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace dunlin::api {

namespace {

http::Response credentials(Call& call, const model::Account& account, const model::User& user) {
  entities::AccountPage page(call.tx(), call.config(), account);
  json::Writer out;
  entities::render_credential_account(out, page.context(), account, page.moved_to(account), user,
                                      store::count_follow_requests(call.tx(), account.id));
  return call.json(out.take());
}

/// A picture that is dropped without a word would look like one that was taken.
Result<void> refuse_pictures(const http::Params& params) {
  static constexpr std::array<std::string_view, 2> kPictures{"avatar", "header"};
  const auto is_picture = [](std::string_view name) { return std::ranges::find(kPictures, name) != kPictures.end(); };
  const bool sent_file = std::ranges::any_of(params.files(), is_picture, &http::FilePart::name);
  const bool sent_text =
      std::ranges::any_of(kPictures, [&](std::string_view name) { return !params.text(name).value_or("").empty(); });
  if (!sent_file && !sent_text) return {};
  return fail(Errc::invalid, "Validation failed: Avatar and header pictures are not supported by this server");
}

std::optional<std::vector<service::ProfileChange::FieldText>> read_fields(const http::Params& params) {
  if (!params.has("fields_attributes")) return std::nullopt;
  std::vector<service::ProfileChange::FieldText> fields;
  for (const auto& field : params.objects("fields_attributes")) {
    fields.push_back({field.text("name").value_or(""), field.text("value").value_or("")});
  }
  return fields;
}

Result<std::optional<model::Visibility>> read_default_visibility(const http::Params& params) {
  const auto text = params.text_at({"source", "privacy"}).value_or("");
  if (text.empty()) return std::nullopt;
  const auto visibility = model::parse_visibility(text);
  if (!visibility) return fail(Errc::invalid, "Validation failed: Default privacy is not included in the list");
  return visibility;
}

}  // namespace

Result<http::Response> verify_credentials(Call& call) {
  return credentials(call, call.viewer(), call.user());
}

Result<http::Response> update_credentials(Call& call) {
  const auto& params = call.params();
  TRY_VOID(refuse_pictures(params));
  const service::ProfileChange change{.display_name = params.text("display_name"),
                                      .note = params.text("note"),
                                      .locked = params.boolean("locked"),
                                      .bot = params.boolean("bot"),
                                      .discoverable = params.boolean("discoverable"),
                                      .indexable = params.boolean("indexable"),
                                      .hide_collections = params.boolean("hide_collections"),
                                      .fields = read_fields(params),
                                      .default_visibility = TRY(read_default_visibility(params)),
                                      .default_sensitive = params.boolean_at({"source", "sensitive"}),
                                      .default_language = params.text_at({"source", "language"})};
  const auto account = TRY(call.services().accounts.update_profile(call.tx(), call.viewer(), call.user(), change));
  const auto user = store::find_user(call.tx(), call.user().id);
  return credentials(call, account, user ? *user : call.user());
}

Result<http::Response> show_preferences(Call& call) {
  json::Writer out;
  entities::render_preferences(out, call.user());
  return call.json(out.take());
}

}  // namespace dunlin::api
