CREATE TABLE applications (
  id                 bigint PRIMARY KEY,
  name               text NOT NULL,
  website            text,
  client_id          text NOT NULL UNIQUE,
  client_secret_hash bytea NOT NULL,
  redirect_uris      text[] NOT NULL,
  scopes             text[] NOT NULL,
  created_at         timestamptz NOT NULL
);

-- Browser sessions of the sign-in pages. Only hashes of the cookies are kept.
CREATE TABLE sessions (
  id         bigint PRIMARY KEY,
  user_id    bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash bytea NOT NULL UNIQUE,
  csrf_token text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE authorization_codes (
  code_hash      bytea PRIMARY KEY,
  application_id bigint NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
  user_id        bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  redirect_uri   text NOT NULL,
  scopes         text[] NOT NULL,
  code_challenge text,
  expires_at     timestamptz NOT NULL
);
CREATE INDEX authorization_codes_expiry ON authorization_codes (expires_at);
CREATE INDEX authorization_codes_user ON authorization_codes (user_id);

CREATE TABLE access_tokens (
  id             bigint PRIMARY KEY,
  token_hash     bytea NOT NULL UNIQUE,
  application_id bigint NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
  user_id        bigint REFERENCES users (id) ON DELETE CASCADE, -- NULL: the application itself
  scopes         text[] NOT NULL,
  created_at     timestamptz NOT NULL,
  revoked_at     timestamptz
);
CREATE INDEX access_tokens_user ON access_tokens (user_id);
CREATE INDEX access_tokens_application ON access_tokens (application_id);
