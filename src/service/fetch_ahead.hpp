#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_media.hpp"

#include <span>
#include <string_view>

namespace dunlin::service {

/// Has files fetched before anybody looks, if the admin wants that of this server; "" = it is not known which.
void fetch_ahead(Environment& env, db::Tx& tx, std::string_view domain, std::span<const RemoteFile> files);

}  // namespace dunlin::service
