#pragma once

/// Who may see what, once (docs/visibility.md). `s` is the alias of a statuses row, `viewer` and `now` are parameters
/// ("$1"; viewer 0 is nobody).
#define DUNLIN_NOT_SUSPENDED(author) \
  "NOT EXISTS (SELECT 1 FROM accounts sa WHERE sa.id = " author " AND sa.suspended_at IS NOT NULL)"

/// What stays on this server is for its own people, not for everybody who asks.
#define DUNLIN_NOT_LOCAL_ONLY(s, viewer) \
  "(NOT " s ".local_only OR EXISTS (SELECT 1 FROM accounts la WHERE la.id = " viewer " AND la.domain IS NULL))"

/// The author is not silenced, or the viewer follows him all the same.
#define DUNLIN_LISTED(author, viewer)                            \
  "(NOT EXISTS (SELECT 1 FROM accounts la WHERE la.id = " author \
  " AND la.silenced_at IS NOT NULL) OR EXISTS (SELECT 1"         \
  " FROM follows lf WHERE lf.account_id = " viewer " AND lf.target_account_id = " author "))"

/// `who` wants nothing of the server of `account`. Local accounts have no domain, so that nothing blocks theirs.
/// Written so that it costs one look at the account and one at the index, whatever the number of blocks.
#define DUNLIN_BLOCKS_DOMAIN(who, account)                                    \
  "EXISTS (SELECT 1 FROM account_domain_blocks db WHERE db.account_id = " who \
  " AND db.domain = (SELECT da.domain FROM "                                  \
  "accounts da WHERE da.id = " account "))"

/// Without the wrapped status of a reblog. Whoever the author blocks, by name or with his server, sees nothing of him.
#define DUNLIN_SEES(s, viewer)                                                                                        \
  "(" s ".deleted_at IS NULL AND " DUNLIN_NOT_LOCAL_ONLY(s, viewer) " AND " DUNLIN_NOT_SUSPENDED(                     \
      s                                                                                                               \
      ".account_id") " AND NOT EXISTS (SELECT 1 FROM blocks sb WHERE sb.account_id = " s                              \
                     ".account_id AND sb.target_account_id = " viewer ") AND NOT " DUNLIN_BLOCKS_DOMAIN(              \
                         s ".account_id",                                                                             \
                         viewer) " AND (" s ".visibility <= 1 OR " s ".account_id = " viewer                          \
                                 " OR EXISTS (SELECT 1 FROM mentions sm WHERE sm.status_id = " s                      \
                                 ".id AND sm.account_id = " viewer ") OR (" s                                         \
                                 ".visibility = 2 AND EXISTS (SELECT 1 FROM follows sf WHERE sf.account_id = " viewer \
                                 " AND sf.target_account_id = " s ".account_id))))"

/// A reblog is seen by whoever sees the wrapper and what it wraps.
#define DUNLIN_VISIBLE(s, viewer)                                                                                     \
  "(" DUNLIN_SEES(s, viewer) " AND (" s ".reblog_of_id IS NULL OR EXISTS (SELECT 1 FROM statuses so WHERE so.id = " s \
                             ".reblog_of_id AND " DUNLIN_SEES("so", viewer) ")))"

/// The viewer has muted the account, and the mute has not run out.
#define DUNLIN_MUTES_ACCOUNT(viewer, account, now)                                                      \
  "EXISTS (SELECT 1 FROM mutes wm WHERE wm.account_id = " viewer " AND wm.target_account_id = " account \
  " AND (wm.expires_at IS NULL OR wm.expires_at > " now "))"

/// The viewer does not block the author's server. Most viewers block none, which is found out once.
#define DUNLIN_SERVER_WELCOME(author, viewer)                                         \
  "(NOT EXISTS (SELECT 1 FROM account_domain_blocks vb WHERE vb.account_id = " viewer \
  ") OR NOT " DUNLIN_BLOCKS_DOMAIN(viewer, author) ")"

/// The author has a place in the viewer's timelines: neither blocks the other, and the viewer neither mutes him nor
/// blocks his server.
#define DUNLIN_WELCOME(author, viewer, now)                                                                       \
  "(NOT EXISTS (SELECT 1 FROM blocks wb WHERE wb.account_id = " viewer " AND wb.target_account_id = " author      \
  ") AND NOT EXISTS (SELECT 1 FROM blocks wr WHERE wr.account_id = " author " AND wr.target_account_id = " viewer \
  ") AND NOT " DUNLIN_MUTES_ACCOUNT(viewer, author, now) " AND " DUNLIN_SERVER_WELCOME(author, viewer) ")"

/// The same where it is asked of very many accounts: whom the viewer blocks or mutes and who blocks him is read once,
/// as the CTE `unwelcome`.
#define DUNLIN_UNWELCOME(viewer, now)                                                                \
  "unwelcome AS MATERIALIZED (SELECT target_account_id AS id FROM blocks WHERE account_id = " viewer \
  " UNION ALL SELECT account_id FROM blocks WHERE target_account_id = " viewer                       \
  " UNION ALL SELECT target_account_id FROM mutes WHERE account_id = " viewer                        \
  " AND (expires_at IS NULL OR expires_at > " now "))"
#define DUNLIN_AMONG_WELCOME(author, viewer) \
  "(" author " NOT IN (SELECT id FROM unwelcome) AND " DUNLIN_SERVER_WELCOME(author, viewer) ")"
