-- Which process fetches a file of another server: of several on one database only one does. The number is that of the
-- process (jobs::NodeNumber). A crash of the server forgets them all, and so it may: then nobody holds a number any more.
CREATE UNLOGGED TABLE media_fetches (
  name    text PRIMARY KEY,
  process smallint NOT NULL,
  until   timestamptz NOT NULL
);
