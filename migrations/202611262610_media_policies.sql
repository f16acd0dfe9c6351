-- Servers, each with those below it, whose files are fetched when their post arrives (true) or when somebody looks at
-- them (false), whatever media.remote says. The admin names them: they are few.
CREATE TABLE media_policies (
  domain text PRIMARY KEY,
  ahead  boolean NOT NULL
);
