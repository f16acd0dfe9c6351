#pragma once

#include "sight.hpp"

/// What home and list timelines have in common, in SQL. Parameters: $1 reader, $2 below, $3 above, $4 limit, $5 now.
///
/// Both are merged from sources: followees (f: id, show_reblogs, languages, own), and for home followed tags (t:
/// tag_id). The cost grows with the number of sources, not with the size of statuses: LATERAL with a LIMIT inside
/// leaves the planner only one way, a short walk on an index for each of them. A page of k can only hold statuses of
/// sources whose newest is among the k newest (different) ones of all sources, so that the others are asked for one
/// row, not for k.
///
/// Of one source at most 400 rows of the window are looked at: somebody who only answers strangers is not read to the
/// end each time.

/// Both begin with DUNLIN_UNWELCOME("$1", "$5").

/// Mastodon's rules: replies to oneself, to the reader, and as `replies` says; reblogs as the follow says and only of
/// whom the reader can stand; languages as the follow says; direct ones never. One's own (f.own): all but direct ones.
/// `c` is the status.
#define DUNLIN_FEED_ADMITS(replies)                                                                                  \
  "c.deleted_at IS NULL AND c.visibility < 3 AND (f.own OR ("                                                        \
  "(c.in_reply_to_uri IS NULL OR c.in_reply_to_id IS NOT NULL)"                                                      \
  " AND ((c.in_reply_to_id IS NULL AND c.in_reply_to_account_id IS NULL)"                                            \
  " OR c.in_reply_to_account_id IN (c.account_id, $1) OR " replies                                                   \
  ")"                                                                                                                \
  " AND (f.languages IS NULL OR c.language IS NULL OR c.language = ANY(f.languages))))"                              \
  " AND (c.reblog_of_id IS NULL OR (f.show_reblogs AND EXISTS (SELECT 1 FROM statuses o WHERE o.id = c.reblog_of_id" \
  " AND " DUNLIN_SEES("o", "$1") " AND (o.account_id = $1 OR " DUNLIN_AMONG_WELCOME("o.account_id", "$1") "))))"

/// The parent's author is followed.
#define DUNLIN_REPLY_TO_FOLLOWED \
  "EXISTS (SELECT 1 FROM follows p WHERE p.account_id = $1 AND p.target_account_id = c.in_reply_to_account_id)"

/// `count` entries of followee f.
#define DUNLIN_OF_FOLLOWEE(admits, order, count)                                                                  \
  "LATERAL (SELECT c.id, c.reblog_of_id FROM (SELECT s.* FROM statuses s WHERE s.account_id = f.id AND s.id < $2" \
  " AND s.id > $3 ORDER BY s.id " order " LIMIT 400) c WHERE " admits " ORDER BY c.id " order " LIMIT " count ")"
