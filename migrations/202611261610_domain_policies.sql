-- What the admin decided about other servers. A row holds for the domain and everything below it; the nearest one wins.
-- severity: model/domain_policy.hpp.
CREATE TABLE domain_policies (
  domain          text PRIMARY KEY,
  id              bigint NOT NULL UNIQUE,
  severity        smallint NOT NULL,
  reject_media    boolean NOT NULL DEFAULT false,
  reject_reports  boolean NOT NULL DEFAULT false,
  private_comment text NOT NULL DEFAULT '',
  public_comment  text NOT NULL DEFAULT '',
  obfuscate       boolean NOT NULL DEFAULT false,
  created_at      timestamptz NOT NULL
);

-- Beside federation.allowlist: whom an instance in mode "allowlist" speaks with.
CREATE TABLE domain_allows (
  domain     text PRIMARY KEY,
  created_at timestamptz NOT NULL
);

-- Accounts that a policy, not a moderator, suspended (2) or limited (1): what is taken back with the policy.
CREATE TABLE domain_policy_effects (
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  severity   smallint NOT NULL,
  PRIMARY KEY (account_id, severity)
);

-- Follows that a suspension cut. The other server was not told, so that they can be put back as they were.
CREATE TABLE severed_follows (
  account_id        bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  uri               text,
  show_reblogs      boolean NOT NULL,
  notify            boolean NOT NULL,
  languages         text[],
  created_at        timestamptz NOT NULL,
  severed_at        timestamptz NOT NULL,
  PRIMARY KEY (account_id, target_account_id)
);
CREATE INDEX severed_follows_target ON severed_follows (target_account_id);

-- "Why did this not arrive?": by host, newest first.
CREATE INDEX inbound_activities_host ON inbound_activities (host, id DESC);
