-- Public timelines have no replies to others: the walk does not pass over them.
CREATE INDEX statuses_public_feed ON statuses (id DESC)
  WHERE visibility = 0 AND reblog_of_id IS NULL AND deleted_at IS NULL
    AND (in_reply_to_account_id = account_id
         OR (in_reply_to_id IS NULL AND in_reply_to_account_id IS NULL AND in_reply_to_uri IS NULL));
CREATE INDEX statuses_local_feed ON statuses (id DESC)
  WHERE visibility = 0 AND reblog_of_id IS NULL AND deleted_at IS NULL AND local
    AND (in_reply_to_account_id = account_id
         OR (in_reply_to_id IS NULL AND in_reply_to_account_id IS NULL AND in_reply_to_uri IS NULL));
DROP INDEX statuses_public;
DROP INDEX statuses_local;
-- One hashtag of one account, and what it uses most.
CREATE INDEX statuses_account_tagged ON statuses (account_id, id DESC) WHERE tag_names <> '{}';
