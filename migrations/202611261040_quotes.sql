-- state: model/quote.hpp. quoted_status_id is NULL while the quoted post is not here, or when it has gone for good.
CREATE TABLE quotes (
  id                bigint PRIMARY KEY,
  status_id         bigint NOT NULL UNIQUE REFERENCES statuses (id) ON DELETE CASCADE,
  account_id        bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  quoted_status_id  bigint REFERENCES statuses (id) ON DELETE SET NULL,
  quoted_account_id bigint REFERENCES accounts (id) ON DELETE CASCADE,
  quoted_uri        text NOT NULL,
  state             smallint NOT NULL,
  request_uri       text, -- of the QuoteRequest
  approval_uri      text, -- of the authorization; ours or that of the quoted author's server
  checked_at        timestamptz, -- when that authorization was last looked at
  created_at        timestamptz NOT NULL
);
CREATE INDEX quotes_quoted ON quotes (quoted_status_id, id DESC) WHERE quoted_status_id IS NOT NULL;
CREATE INDEX quotes_account ON quotes (account_id);
CREATE INDEX quotes_quoted_account ON quotes (quoted_account_id) WHERE quoted_account_id IS NOT NULL;
CREATE INDEX quotes_missing ON quotes (quoted_uri) WHERE quoted_status_id IS NULL;
CREATE INDEX quotes_request ON quotes (request_uri) WHERE request_uri IS NOT NULL;
CREATE INDEX quotes_approval ON quotes (approval_uri) WHERE approval_uri IS NOT NULL;
