-- How much is here of other servers: asked before each file that is stored, so it is counted along. The one row is also
-- what those wait for who want room at the same moment.
CREATE TABLE media_cache_usage (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  files bigint NOT NULL,
  bytes bigint NOT NULL
);
INSERT INTO media_cache_usage (files, bytes)
SELECT count(*), coalesce(sum(bytes), 0)
FROM (SELECT bytes FROM media_attachments WHERE remote_url IS NOT NULL AND bytes > 0
      UNION ALL SELECT bytes FROM pictures WHERE remote_url IS NOT NULL AND bytes > 0) cached;

CREATE FUNCTION count_cached_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before bigint := 0;
  after  bigint := 0;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.remote_url IS NOT NULL THEN before := OLD.bytes; END IF;
  IF NEW.remote_url IS NOT NULL THEN after := NEW.bytes; END IF;
  UPDATE media_cache_usage
  SET bytes = bytes + after - before, files = files + (after > 0)::integer - (before > 0)::integer;
  RETURN NULL;
END $$;
-- By statement: an account takes all its files along at once.
CREATE FUNCTION count_cached_rows_gone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  lost record;
BEGIN
  SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes INTO lost
  FROM gone WHERE remote_url IS NOT NULL AND bytes > 0;
  IF lost.files > 0 THEN
    UPDATE media_cache_usage SET bytes = bytes - lost.bytes, files = files - lost.files;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER media_attachments_cached_new AFTER INSERT ON media_attachments
  FOR EACH ROW WHEN (NEW.remote_url IS NOT NULL AND NEW.bytes > 0) EXECUTE FUNCTION count_cached_row();
CREATE TRIGGER media_attachments_cached_other AFTER UPDATE OF bytes, remote_url ON media_attachments
  FOR EACH ROW WHEN (OLD.bytes <> NEW.bytes OR OLD.remote_url IS DISTINCT FROM NEW.remote_url)
  EXECUTE FUNCTION count_cached_row();
CREATE TRIGGER media_attachments_cached_gone AFTER DELETE ON media_attachments REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION count_cached_rows_gone();
CREATE TRIGGER pictures_cached_new AFTER INSERT ON pictures
  FOR EACH ROW WHEN (NEW.remote_url IS NOT NULL AND NEW.bytes > 0) EXECUTE FUNCTION count_cached_row();
CREATE TRIGGER pictures_cached_other AFTER UPDATE OF bytes, remote_url ON pictures
  FOR EACH ROW WHEN (OLD.bytes <> NEW.bytes OR OLD.remote_url IS DISTINCT FROM NEW.remote_url)
  EXECUTE FUNCTION count_cached_row();
CREATE TRIGGER pictures_cached_gone AFTER DELETE ON pictures REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION count_cached_rows_gone();

-- Who has announced a file and not named it in a row yet. When nobody, it can be dropped at once: what is evicted must
-- not take up the disk any longer than it is counted.
ALTER TABLE stored_files ADD COLUMN claims integer NOT NULL DEFAULT 0;
