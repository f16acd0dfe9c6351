-- The files that a version of a status showed, in order, with their descriptions then.
ALTER TABLE status_edits
  ADD COLUMN media_ids bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN media_descriptions text[] NOT NULL DEFAULT '{}';
