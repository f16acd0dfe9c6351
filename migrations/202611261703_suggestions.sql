-- The directory: by last status, or by age; local accounts have a walk of their own, as they are few among all.
CREATE INDEX accounts_directory ON accounts (id DESC) WHERE discoverable;
CREATE INDEX accounts_directory_local ON accounts (id DESC) WHERE discoverable AND domain IS NULL;
CREATE INDEX account_stats_last_status ON account_stats (last_status_at DESC);

-- Whom nobody in particular is advised to follow: the popular ones, by source; made anew by a job. source:
-- model/suggestion.hpp.
CREATE TABLE follow_recommendations (
  source     smallint NOT NULL,
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  score      bigint NOT NULL,
  PRIMARY KEY (source, account_id)
);
CREATE INDEX follow_recommendations_account ON follow_recommendations (account_id);

-- Advice that somebody does not want to see again.
CREATE TABLE dismissed_suggestions (
  account_id        bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  target_account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, target_account_id)
);
CREATE INDEX dismissed_suggestions_target ON dismissed_suggestions (target_account_id);
