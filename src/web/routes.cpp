#include "dunlin/web/routes.hpp"

#include "tables.hpp"

#include <array>

namespace dunlin::web {

std::span<const std::span<const api::Route>> routes() {
  static const std::array kTables{
      about_routes(),        account_settings_routes(), activitypub_routes(),   authorization_routes(),
      confirmation_routes(), discovery_routes(),        grant_routes(),         health_routes(),
      home_page_routes(),    manifest_routes(),         media_file_routes(),    password_routes(),
      profile_page_routes(), remote_media_routes(),     second_factor_routes(), sign_in_routes(),
      sign_up_routes(),      static_routes(),           status_page_routes(),   token_routes(),
      alias_page_routes(),   collection_page_routes(),  preference_routes()};
  return kTables;
}

}  // namespace dunlin::web
