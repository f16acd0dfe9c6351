#pragma once

/// Who may see what, in SQL, once. `s` is the alias of a statuses row, `viewer` and `now` are parameters ("$1"; viewer
/// 0 is nobody). service/StatusService::may_see is the same rule in C++; the two change together.
#define DUNLIN_NOT_SUSPENDED(author) \
  "NOT EXISTS (SELECT 1 FROM accounts sa WHERE sa.id = " author " AND sa.suspended_at IS NOT NULL)"

/// Without the wrapped status of a reblog.
#define DUNLIN_SEES(s, viewer)                                                                                        \
  "(" s ".deleted_at IS NULL AND " DUNLIN_NOT_SUSPENDED(                                                              \
      s ".account_id") " AND NOT EXISTS (SELECT 1 FROM blocks sb WHERE sb.account_id = " s                            \
                       ".account_id AND sb.target_account_id = " viewer ") AND (" s ".visibility <= 1 OR " s          \
                       ".account_id = " viewer " OR EXISTS (SELECT 1 FROM mentions sm WHERE sm.status_id = " s        \
                       ".id AND sm.account_id = " viewer                                                              \
                       ")"                                                                                            \
                       " OR (" s ".visibility = 2 AND EXISTS (SELECT 1 FROM follows sf WHERE sf.account_id = " viewer \
                       " AND sf.target_account_id = " s ".account_id))))"

/// A reblog is seen by whoever sees the wrapper and what it wraps.
#define DUNLIN_VISIBLE(s, viewer)                                                                                     \
  "(" DUNLIN_SEES(s, viewer) " AND (" s ".reblog_of_id IS NULL OR EXISTS (SELECT 1 FROM statuses so WHERE so.id = " s \
                             ".reblog_of_id AND " DUNLIN_SEES("so", viewer) ")))"

/// The author has a place in the viewer's timelines: neither blocks the other, the viewer does not mute him.
#define DUNLIN_WELCOME(author, viewer, now)                                                                       \
  "(NOT EXISTS (SELECT 1 FROM blocks wb WHERE wb.account_id = " viewer " AND wb.target_account_id = " author      \
  ") AND NOT EXISTS (SELECT 1 FROM blocks wr WHERE wr.account_id = " author " AND wr.target_account_id = " viewer \
  ") AND NOT EXISTS (SELECT 1 FROM mutes wm WHERE wm.account_id = " viewer " AND wm.target_account_id = " author  \
  " AND (wm.expires_at IS NULL OR wm.expires_at > " now ")))"
