#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/media.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dunlin::store {

void insert_media(db::Tx& tx, const model::MediaAttachment& media);
std::optional<model::MediaAttachment> find_media(db::Tx& tx, MediaId id);
/// In any order; locked until the transaction ends, so that no two statuses take the same file.
std::vector<model::MediaAttachment> lock_media(db::Tx& tx, std::span<const MediaId> ids);
/// What a status shows, in order.
std::vector<model::MediaAttachment> list_status_media(db::Tx& tx, StatusId id);
/// The same for several statuses in one statement; those without are left out.
std::map<StatusId, std::vector<model::MediaAttachment>> list_media_of(db::Tx& tx, std::span<const StatusId> ids);
/// What a status shows or has shown, in any order: for its history.
std::vector<model::MediaAttachment> list_media_history(db::Tx& tx, StatusId id);
/// What statuses to come hold, each in order, in one statement.
std::map<std::int64_t, std::vector<model::MediaAttachment>> list_scheduled_media(
    db::Tx& tx, std::span<const std::int64_t> scheduled_ids);

/// All that processing finds out and an owner can change; not who it belongs to.
/// All of the row: only of one that is locked.
void update_media(db::Tx& tx, const model::MediaAttachment& media);
/// Description and focus alone: the file may be worked on meanwhile.
void describe_media(db::Tx& tx, const model::MediaAttachment& media);
/// A status shows these, in this order. What it has shown before and no longer does stays with it, unshown: its history
/// refers to it.
void attach_media(db::Tx& tx, StatusId status, std::span<const MediaId> ids);
/// Uploads of a deleted status are free again for another one; what came from other servers goes.
void detach_media(db::Tx& tx, StatusId status);
/// The status' files go with it.
void delete_status_media(db::Tx& tx, StatusId status);
/// A status to come holds these. release_media() gives back what one has held.
void reserve_media(db::Tx& tx, std::int64_t scheduled_id, std::span<const MediaId> ids);
void release_media(db::Tx& tx, std::int64_t scheduled_id);
/// false: a post has it, or it is gone.
bool delete_unused_media(db::Tx& tx, MediaId id);
/// Uploads that no status has had since `before`; returns how many went.
std::size_t purge_unattached_media(db::Tx& tx, Time before, int limit);

}  // namespace dunlin::store
