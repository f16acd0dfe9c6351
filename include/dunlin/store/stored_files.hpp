#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Said before the file is stored: from now on it is not dropped for a while, and only when no row names it. false: it
/// is being dropped at this moment; try again soon. Who marked it so before `before` has died, or does not know whether
/// it is gone.
bool announce_file(db::Tx& tx, std::string_view key, std::int64_t bytes, Time before);
/// Said where a row names what was announced: nobody has to wait for it before it is dropped. Who does not say it only
/// keeps the file a while longer. false: one of them is being dropped.
bool settle_files(db::Tx& tx, std::span<const std::string> keys);
struct Dropping {
  std::vector<std::string> keys;
  std::string last_seen;  // "" = the last key has been looked at
};
/// Looks at `limit` files above the key `after` and marks those that no row names and that nobody has announced since
/// `before`; those that were marked before it and are still there are among them again.
Dropping begin_dropping_files(db::Tx& tx, std::string_view after, Time before, int limit);
/// They are gone from the store.
void end_dropping_files(db::Tx& tx, std::span<const std::string> keys);
/// They could not be removed, and nobody is about to: they may be stored again.
void keep_files(db::Tx& tx, std::span<const std::string> keys);
/// Of these keys, those that are known.
std::vector<std::string> list_known_files(db::Tx& tx, std::span<const std::string> keys);
/// Keys above `after`, in order.
std::vector<std::string> list_files(db::Tx& tx, std::string_view after, int limit);

struct FileUsage {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};
/// Everything in the store. Reads the whole table.
FileUsage count_files(db::Tx& tx);
/// Rows with a copy of something remote.
FileUsage count_cached_files(db::Tx& tx);

/// Marks a file that lies in the store, and of which nothing is known, as being dropped: nobody stores the same content
/// until end_dropping_files(). false: it is known.
bool begin_dropping_stranger(db::Tx& tx, std::string_view key);

}  // namespace dunlin::store
