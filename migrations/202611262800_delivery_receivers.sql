-- Whom a delivery was made for by name: it is not sent when none of them may have it any more. NULL: nobody by name.
ALTER TABLE deliveries ADD COLUMN receivers bigint[];

-- Inboxes of followers to which posts went. Few: the posts of an author mostly go to the same ones.
CREATE TABLE receiver_sets (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest     bytea NOT NULL UNIQUE, -- SHA-256 of the inboxes in order, each with a line feed
  inboxes    text[] NOT NULL,
  created_at timestamptz NOT NULL
);

-- Who was told of a status: its edits and its deletion go there as well, whoever follows by then.
CREATE TABLE status_receivers (
  status_id bigint PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
  set_id    bigint NOT NULL REFERENCES receiver_sets (id),
  named     text[] NOT NULL -- inboxes of those who were spoken to, of relays, of voters
);
CREATE INDEX status_receivers_set ON status_receivers (set_id);

-- Whose inbox it is that is gone.
CREATE INDEX accounts_inbox ON accounts USING hash (inbox_url);
