-- Servers that pass public posts on to each other (activitypub/relays.hpp). url: as the admin gave it, a relay's inbox
-- (style 0, Mastodon's) or actor (style 1, LitePub's). state: 0 asked, 1 accepted, 2 refused.
CREATE TABLE relays (
  id         bigint PRIMARY KEY,
  url        text NOT NULL UNIQUE,
  style      smallint NOT NULL,
  inbox_url  text NOT NULL,           -- "" until the relay's actor has been read
  follow_uri text NOT NULL UNIQUE,
  state      smallint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL
);
