-- How many replies the origin of a status counts.
ALTER TABLE status_stats ADD COLUMN remote_replies bigint NOT NULL DEFAULT 0;
