#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kRelationshipRoutes[] = {
    {Method::post, "/api/v1/accounts/:id/block", Auth::user, "write:blocks", &block_account},
    {Method::post, "/api/v1/accounts/:id/unblock", Auth::user, "write:blocks", &unblock_account},
    {Method::post, "/api/v1/accounts/:id/mute", Auth::user, "write:mutes", &mute_account},
    {Method::post, "/api/v1/accounts/:id/unmute", Auth::user, "write:mutes", &unmute_account},
    {Method::post, "/api/v1/accounts/:id/note", Auth::user, "write:accounts", &note_account},
    {Method::post, "/api/v1/accounts/:id/endorse", Auth::user, "write:accounts", &endorse_account},
    {Method::post, "/api/v1/accounts/:id/unendorse", Auth::user, "write:accounts", &unendorse_account},
    {Method::post, "/api/v1/accounts/:id/pin", Auth::user, "write:accounts", &endorse_account},
    {Method::post, "/api/v1/accounts/:id/unpin", Auth::user, "write:accounts", &unendorse_account},
    {Method::get, "/api/v1/accounts/familiar_followers", Auth::user, "read:follows", &list_familiar_followers},
    {Method::get, "/api/v1/accounts/:id/endorsements", Auth::optional, "read:accounts", &list_endorsements},
    {Method::get, "/api/v1/endorsements", Auth::user, "read:accounts", &list_own_endorsements},
    {Method::get, "/api/v1/blocks", Auth::user, "read:blocks", &list_blocks},
    {Method::get, "/api/v1/mutes", Auth::user, "read:mutes", &list_mutes},
    {Method::get, "/api/v1/domain_blocks", Auth::user, "read:blocks", &list_domain_blocks},
    {Method::post, "/api/v1/domain_blocks", Auth::user, "write:blocks", &block_domain},
    {Method::delete_, "/api/v1/domain_blocks", Auth::user, "write:blocks", &unblock_domain},
    {Method::get, "/api/v1/domain_blocks/preview", Auth::user, "write:blocks", &preview_domain_block},
};

}  // namespace

std::span<const Route> relationship_routes() {
  return kRelationshipRoutes;
}

}  // namespace dunlin::api
