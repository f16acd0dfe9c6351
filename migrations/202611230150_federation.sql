-- What reached an inbox: stored with its job before the 202, kept a while as the record of what became of it.
CREATE TABLE inbound_activities (
  id           bigint PRIMARY KEY,
  uri          text UNIQUE,             -- NULL: a transient activity without an id
  signer_id    bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  host         text NOT NULL,
  type         text NOT NULL,
  body         text NOT NULL,
  received_at  timestamptz NOT NULL,
  processed_at timestamptz,
  verdict      smallint,                -- activitypub/inbox.hpp
  reason       text
);
CREATE INDEX inbound_activities_received ON inbound_activities (received_at);
CREATE INDEX inbound_activities_signer ON inbound_activities (signer_id);

-- Things deleted or undone before they were seen. expires_at NULL: for ever.
CREATE TABLE tombstones (
  uri        text PRIMARY KEY,
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE INDEX tombstones_expiry ON tombstones (expires_at) WHERE expires_at IS NOT NULL;
