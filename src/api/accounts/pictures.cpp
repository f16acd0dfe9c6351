#include "pictures.hpp"

#include "credentials.hpp"
#include "media/uploads.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/user_settings.hpp"

#include <string>
#include <string_view>

namespace dunlin::api {

namespace {

using model::PictureKind;

/// `data:image/png;base64,...`: what older clients send. nullopt: no data URI.
std::optional<std::string> data_of(std::string_view uri) {
  constexpr std::string_view kMark = ";base64,";
  const auto mark = uri.find(kMark);
  if (!text::starts_with_ignore_case(uri, "data:") || mark == std::string_view::npos) return std::nullopt;
  return text::base64_decode(text::trim(uri.substr(mark + kMark.size())));
}

Result<std::optional<service::PreparedPicture>> prepare(Call& call, std::string_view name, PictureKind kind) {
  auto& pictures = call.services().pictures;
  if (const auto file = uploaded_file(call.params(), name)) {
    return TRY(pictures.prepare(call.session(), *file, kind));
  }
  const auto text = call.params().text(name).value_or("");
  if (text.empty()) return std::nullopt;
  const auto bytes = data_of(text).value_or("");
  return TRY(pictures.prepare(call.session(), {.bytes = bytes, .size = bytes.size()}, kind));
}

Result<http::Response> remove(Call& call, PictureKind kind) {
  return call.session().write([&](db::Tx& tx) -> Result<http::Response> {
    auto account = store::find_account_to_change(tx, call.user().account_id);
    if (!account) return fail(Errc::not_found, "Record not found");
    const bool shown = !(kind == PictureKind::avatar ? account->avatar_url : account->header_url).empty();
    if (shown) {
      TRY_VOID(call.services().pictures.set(tx, *account, kind, std::nullopt));
      account->updated_at = tx.now();
      store::update_account(tx, *account);
      call.env().federation.profile_updated(tx, *account);
      call.env().events.tell(tx, service::events::AccountChanged{account->id});
    }
    return credentials(call, tx, *account, call.user());
  });
}

}  // namespace

Result<ProfilePictures> prepare_pictures(Call& call) {
  ProfilePictures pictures;
  pictures.avatar = TRY(prepare(call, "avatar", PictureKind::avatar));
  pictures.header = TRY(prepare(call, "header", PictureKind::header));
  return pictures;
}

Result<void> set_pictures(const Call& call, db::Tx& tx, model::Account& account, const ProfilePictures& pictures) {
  if (pictures.avatar) TRY_VOID(call.services().pictures.set(tx, account, PictureKind::avatar, pictures.avatar));
  if (pictures.header) TRY_VOID(call.services().pictures.set(tx, account, PictureKind::header, pictures.header));
  return {};
}

Result<http::Response> delete_avatar(Call& call) {
  return remove(call, PictureKind::avatar);
}

Result<http::Response> delete_header(Call& call) {
  return remove(call, PictureKind::header);
}

}  // namespace dunlin::api
