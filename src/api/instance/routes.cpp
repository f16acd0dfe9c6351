#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kInstanceRoutes[] = {
    {Method::get, "/api/v2/instance", Auth::pub, "", &show_instance},
    {Method::get, "/api/v1/instance", Auth::pub, "", &show_v1_instance},
    {Method::get, "/api/v1/instance/rules", Auth::pub, "", &list_rules},
    {Method::get, "/api/v1/instance/peers", Auth::pub, "", &list_peers},
    {Method::get, "/api/v1/peers/search", Auth::pub, "", &search_peers},
    {Method::get, "/api/v1/instance/activity", Auth::pub, "", &show_activity},
    {Method::get, "/api/v1/instance/domain_blocks", Auth::optional, "", &list_instance_domain_blocks},
    {Method::get, "/api/v1/instance/extended_description", Auth::pub, "", &show_extended_description},
    {Method::get, "/api/v1/instance/privacy_policy", Auth::pub, "", &show_privacy_policy},
    {Method::get, "/api/v1/instance/terms_of_service", Auth::pub, "", &show_terms},
    {Method::get, "/api/v1/instance/terms_of_service/:date", Auth::pub, "", &show_terms_of_date},
    {Method::get, "/api/v1/instance/languages", Auth::pub, "", &list_languages, Access::own},
    {Method::get, "/api/v1/donation_campaigns", Auth::user, "", &list_donation_campaigns},
    {Method::get, "/api/v1/accounts/:id/identity_proofs", Auth::user, "", &list_identity_proofs},
    {Method::post, "/api/v1/accounts/:id/email_subscriptions", Auth::pub, "", &subscribe_by_email},
    {Method::get, "/api/oembed", Auth::pub, "", &show_oembed},
    {Method::get, "/api/v1/custom_emojis", Auth::pub, "", &list_custom_emojis},
};

}  // namespace

std::span<const Route> instance_routes() {
  return kInstanceRoutes;
}

}  // namespace dunlin::api
