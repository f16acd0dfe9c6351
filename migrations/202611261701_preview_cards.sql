-- What a web page says of itself, by its own address. type: model/preview_card.hpp.
CREATE TABLE preview_cards (
  id                bigint PRIMARY KEY,
  url               text NOT NULL UNIQUE, -- the canonical one
  type              smallint NOT NULL DEFAULT 0,
  title             text NOT NULL,
  description       text NOT NULL DEFAULT '',
  language          text,
  author_name       text NOT NULL DEFAULT '',
  author_url        text NOT NULL DEFAULT '',
  author_account_id bigint REFERENCES accounts (id) ON DELETE SET NULL,
  provider_name     text NOT NULL DEFAULT '',
  provider_url      text NOT NULL DEFAULT '',
  html              text NOT NULL DEFAULT '', -- an iframe of our own making
  width             integer NOT NULL DEFAULT 0,
  height            integer NOT NULL DEFAULT 0,
  image_url         text NOT NULL DEFAULT '', -- on the page's server
  image_description text NOT NULL DEFAULT '',
  embed_url         text NOT NULL DEFAULT '',
  published_at      timestamptz,
  updated_at        timestamptz NOT NULL
);
CREATE INDEX preview_cards_author ON preview_cards (author_account_id) WHERE author_account_id IS NOT NULL;

-- An address as it stands in statuses: several may lead to one page. check_after NULL: nobody has looked yet.
CREATE TABLE card_links (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  url         text NOT NULL UNIQUE,
  card_id     bigint REFERENCES preview_cards (id) ON DELETE SET NULL,
  check_after timestamptz
);
CREATE INDEX card_links_card ON card_links (card_id) WHERE card_id IS NOT NULL;

-- The one link of a status that has a preview.
CREATE TABLE status_cards (
  status_id bigint PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
  link_id   bigint NOT NULL REFERENCES card_links (id) ON DELETE CASCADE
);
CREATE INDEX status_cards_link ON status_cards (link_id, status_id DESC);
