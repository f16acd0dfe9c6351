-- about_id: what else it is about, by type (a severance, a report, ...). group_key: shared by those that are shown as one;
-- NULL: shown by itself. filtered: kept back until the user has decided about its sender.
ALTER TABLE notifications
  ADD COLUMN about_id  bigint,
  ADD COLUMN group_key text COLLATE "C",
  ADD COLUMN filtered  boolean NOT NULL DEFAULT false;
DROP INDEX notifications_once;
CREATE UNIQUE INDEX notifications_once
  ON notifications (account_id, type, from_account_id, coalesce(status_id, about_id, 0));
CREATE INDEX notifications_group ON notifications (account_id, group_key, id DESC) WHERE group_key IS NOT NULL;
CREATE INDEX notifications_filtered ON notifications (account_id, from_account_id, id DESC) WHERE filtered;

-- What becomes of notifications of strangers: 0 accept, 1 filter, 2 drop. No row: the defaults (model/notification.hpp).
CREATE TABLE notification_policies (
  account_id           bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  for_not_following    smallint NOT NULL,
  for_not_followers    smallint NOT NULL,
  for_new_accounts     smallint NOT NULL,
  for_private_mentions smallint NOT NULL,
  for_limited_accounts smallint NOT NULL,
  for_bots             smallint NOT NULL
);

-- Senders whose request was accepted: the policy no longer applies to them.
CREATE TABLE notification_permissions (
  account_id      bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  from_account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (account_id, from_account_id)
);
CREATE INDEX notification_permissions_from ON notification_permissions (from_account_id);

-- Senders of filtered notifications, who wait for the user's decision.
CREATE TABLE notification_requests (
  id              bigint PRIMARY KEY,
  account_id      bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  from_account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  last_status_id  bigint REFERENCES statuses (id) ON DELETE SET NULL, -- of the sender
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  UNIQUE (account_id, from_account_id)
);
CREATE INDEX notification_requests_page ON notification_requests (account_id, id DESC);
CREATE INDEX notification_requests_from ON notification_requests (from_account_id);
CREATE INDEX notification_requests_status ON notification_requests (last_status_id) WHERE last_status_id IS NOT NULL;

-- Follows that somebody lost at once, because a server or an account was blocked. type: model/severance.hpp.
CREATE TABLE severances (
  id              bigint PRIMARY KEY,
  account_id      bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, -- who lost them
  type            smallint NOT NULL,
  target_name     text NOT NULL, -- the domain, or the handle
  purged          boolean NOT NULL DEFAULT false,
  followers_count integer NOT NULL,
  following_count integer NOT NULL,
  created_at      timestamptz NOT NULL
);
CREATE INDEX severances_account ON severances (account_id, id DESC);
