-- Lists of accounts that one user reads together. replies_policy: model/list.hpp. exclusive: its members are not at home.
CREATE TABLE lists (
  id             bigint PRIMARY KEY,
  account_id     bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  title          text NOT NULL,
  replies_policy smallint NOT NULL,
  exclusive      boolean NOT NULL,
  created_at     timestamptz NOT NULL
);
CREATE INDEX lists_account ON lists (account_id, id);
CREATE TABLE list_accounts (
  id         bigint PRIMARY KEY,
  list_id    bigint NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  UNIQUE (list_id, account_id)
);
CREATE INDEX list_accounts_page ON list_accounts (list_id, id DESC);
CREATE INDEX list_accounts_account ON list_accounts (account_id, list_id);

-- Hashtags whose public statuses a user gets at home.
CREATE TABLE followed_tags (
  id         bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  tag_id     bigint NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  UNIQUE (account_id, tag_id)
);
CREATE INDEX followed_tags_page ON followed_tags (account_id, id DESC);
CREATE INDEX followed_tags_tag ON followed_tags (tag_id, account_id);

-- Hashtags that an account shows on its profile.
CREATE TABLE featured_tags (
  id         bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  tag_id     bigint NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  UNIQUE (account_id, tag_id)
);
CREATE INDEX featured_tags_tag ON featured_tags (tag_id);

-- Direct statuses as a user sees them: together by thread and by who else takes part (their ids in order). Those of
-- others wait unread. last_status_id: the newest of direct_statuses, which has no more rows for deleted statuses.
CREATE TABLE account_conversations (
  id              bigint PRIMARY KEY,
  account_id      bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  participant_ids bigint[] NOT NULL,
  last_status_id  bigint NOT NULL,
  unread          boolean NOT NULL,
  UNIQUE (account_id, conversation_id, participant_ids)
);
CREATE INDEX account_conversations_page ON account_conversations (account_id, last_status_id DESC);
CREATE INDEX account_conversations_conversation ON account_conversations (conversation_id);
CREATE TABLE direct_statuses (
  account_id              bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  status_id               bigint NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
  account_conversation_id bigint NOT NULL REFERENCES account_conversations (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, status_id)
);
CREATE INDEX direct_statuses_status ON direct_statuses (status_id);
CREATE INDEX direct_statuses_conversation ON direct_statuses (account_conversation_id, status_id DESC);
