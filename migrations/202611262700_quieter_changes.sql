-- What triggers tell (202611262400_changes.sql), without what nobody is shown. Columns are named that do not count, so that
-- a new one counts until somebody says otherwise.
CREATE OR REPLACE FUNCTION tell_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.fetched_at := OLD.fetched_at;
    NEW.updated_at := OLD.updated_at;
    NEW.inbox_url := OLD.inbox_url;
    NEW.shared_inbox_url := OLD.shared_inbox_url;
    NEW.outbox_url := OLD.outbox_url;
    NEW.followers_url := OLD.followers_url;
    NEW.following_url := OLD.following_url;
    NEW.featured_url := OLD.featured_url;
    NEW.also_known_as := OLD.also_known_as;
    IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
    -- What others' texts repeat of an account: its name and addresses. Rare; everything goes.
    IF (OLD.username, OLD.domain, OLD.uri, OLD.url) IS DISTINCT FROM (NEW.username, NEW.domain, NEW.uri, NEW.url) THEN
      RAISE INFO 'dunlin x0';
    END IF;
  END IF;
  RAISE INFO 'dunlin a%', OLD.id;
  RETURN NULL;
END $$;

CREATE FUNCTION tell_media() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.last_viewed_at := OLD.last_viewed_at;
  NEW.bytes := OLD.bytes;
  NEW.failure := OLD.failure;
  NEW.failures := OLD.failures;
  NEW.retry_at := OLD.retry_at;
  NEW.updated_at := OLD.updated_at;
  IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
  IF OLD.status_id IS NOT NULL THEN RAISE INFO 'dunlin s%', OLD.status_id; END IF;
  IF NEW.status_id IS NOT NULL THEN RAISE INFO 'dunlin s%', NEW.status_id; END IF;
  RETURN NULL;
END $$;
DROP TRIGGER media_attachments_tell_update ON media_attachments;
CREATE TRIGGER media_attachments_tell_update AFTER UPDATE ON media_attachments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_media();

CREATE OR REPLACE FUNCTION tell_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.last_active_on := OLD.last_active_on;
    NEW.expand_media := OLD.expand_media;
    NEW.expand_spoilers := OLD.expand_spoilers;
    NEW.autoplay_gifs := OLD.autoplay_gifs;
    IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
  END IF;
  RAISE INFO 'dunlin u%', OLD.id;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_emojis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.updated_at := OLD.updated_at;
    IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
  END IF;
  RAISE INFO 'dunlin e0';
  RETURN NULL;
END $$;

-- A card, and the address that leads to it, belong to any number of statuses: beyond a hundred, c: all with cards.
-- The locks wait for transactions that refer to them just now: their statuses would be missed, and they would not know.
CREATE FUNCTION tell_linking_statuses(links bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  told bigint[];
  status bigint;
BEGIN
  PERFORM 1 FROM card_links WHERE id = ANY(links) ORDER BY id FOR UPDATE;
  told := ARRAY(SELECT status_id FROM status_cards WHERE link_id = ANY(links) LIMIT 101);
  IF cardinality(told) > 100 THEN
    RAISE INFO 'dunlin c0';
  ELSE
    FOREACH status IN ARRAY told LOOP RAISE INFO 'dunlin s%', status; END LOOP;
  END IF;
END $$;
CREATE FUNCTION tell_card(card bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM preview_cards WHERE id = card FOR UPDATE;
  PERFORM tell_linking_statuses(ARRAY(SELECT id FROM card_links WHERE card_id = card));
END $$;
CREATE OR REPLACE FUNCTION tell_link_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'card_links' THEN
    PERFORM tell_linking_statuses(ARRAY[OLD.id]);
    RETURN NULL;
  END IF;
  NEW.updated_at := OLD.updated_at;
  IF NEW IS DISTINCT FROM OLD THEN PERFORM tell_card(OLD.id); END IF;
  RETURN NULL;
END $$;

-- The picture of a card is shown blurred as part of it.
CREATE FUNCTION tell_card_picture() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_card(NEW.card_id);
  RETURN NULL;
END $$;
CREATE TRIGGER pictures_tell_insert AFTER INSERT ON pictures
  FOR EACH ROW WHEN (NEW.card_id IS NOT NULL AND NEW.blurhash <> '' AND dunlin_tells()) EXECUTE FUNCTION tell_card_picture();
CREATE TRIGGER pictures_tell_update AFTER UPDATE ON pictures
  FOR EACH ROW WHEN (NEW.card_id IS NOT NULL
    AND (OLD.blurhash, OLD.remote_url) IS DISTINCT FROM (NEW.blurhash, NEW.remote_url) AND dunlin_tells())
  EXECUTE FUNCTION tell_card_picture();
