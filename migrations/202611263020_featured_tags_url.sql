-- Where the server of a remote account lists the hashtags that its profile shows; '' = nowhere.
ALTER TABLE accounts ADD COLUMN featured_tags_url text NOT NULL DEFAULT '';
