-- name: an emoji, or the shortcode of a custom one (`shortcode@domain` of another server's), whose pictures are at url
-- and static_url.
CREATE TABLE emoji_reactions (
  id         bigint PRIMARY KEY,
  status_id  bigint NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name       text NOT NULL,
  url        text,
  static_url text,
  uri        text, -- of the activity
  created_at timestamptz NOT NULL,
  UNIQUE (status_id, account_id, name)
);
CREATE INDEX emoji_reactions_account ON emoji_reactions (account_id);
CREATE INDEX emoji_reactions_uri ON emoji_reactions (uri) WHERE uri IS NOT NULL;
