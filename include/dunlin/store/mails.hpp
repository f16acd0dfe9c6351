#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/mail.hpp"

#include <cstdint>
#include <optional>

namespace dunlin::store {

void insert_mail(db::Tx& tx, const model::Mail& mail);
std::optional<model::Mail> find_mail(db::Tx& tx, std::int64_t id);
void delete_mail(db::Tx& tx, std::int64_t id);

}  // namespace dunlin::store
