-- Use of hashtags and of linked pages in public statuses by day (UTC), counted by a job.
CREATE TABLE tag_days (
  tag_id   bigint NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
  day      date NOT NULL,
  uses     integer NOT NULL,
  accounts integer NOT NULL, -- different ones
  PRIMARY KEY (tag_id, day)
);
CREATE INDEX tag_days_day ON tag_days (day, accounts);
CREATE TABLE card_days (
  card_id  bigint NOT NULL REFERENCES preview_cards (id) ON DELETE CASCADE,
  day      date NOT NULL,
  uses     integer NOT NULL,
  accounts integer NOT NULL,
  PRIMARY KEY (card_id, day)
);
CREATE INDEX card_days_day ON card_days (day, accounts);

-- What trends, or did within two days. score 0: no longer. Small: only what is above the thresholds.
CREATE TABLE tag_trends (
  tag_id       bigint PRIMARY KEY REFERENCES tags (id) ON DELETE CASCADE,
  max_score    double precision NOT NULL,
  max_score_at timestamptz NOT NULL,
  score        double precision NOT NULL
);
CREATE TABLE card_trends (
  card_id      bigint PRIMARY KEY REFERENCES preview_cards (id) ON DELETE CASCADE,
  max_score    double precision NOT NULL,
  max_score_at timestamptz NOT NULL,
  score        double precision NOT NULL
);
CREATE TABLE status_trends (
  status_id bigint PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
  score     double precision NOT NULL
);

-- What a moderator decided about a trend, for good. kind: store/trends.hpp; subject: the folded name of a tag, the
-- address of a page, the host of a publisher, the uri of a status or of its author.
CREATE TABLE trend_reviews (
  kind        smallint NOT NULL,
  subject     text NOT NULL,
  allowed     boolean NOT NULL,
  reviewed_at timestamptz NOT NULL,
  PRIMARY KEY (kind, subject)
);
