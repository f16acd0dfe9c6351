-- What the caches of a running server are made of tells that it has changed (docs/adr/0044-changes-from-triggers.md): an
-- INFO message "dunlin <kind><id>" to the session that changed it. Only sessions that ask for it (src/db/connect.cpp).
-- Kinds: include/dunlin/db/change.hpp.
CREATE FUNCTION dunlin_tells() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('dunlin.tells', true), '') = 'on' $$;

-- The status of the row: s its text, n its counters.
CREATE FUNCTION tell_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    RAISE INFO 'dunlin s%', NEW.id;
    IF NEW.reblog_of_id IS NOT NULL THEN RAISE INFO 'dunlin v%', NEW.account_id; END IF;
  ELSE
    RAISE INFO 'dunlin s%', OLD.id;
    IF OLD.reblog_of_id IS NOT NULL THEN RAISE INFO 'dunlin v%', OLD.account_id; END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER statuses_tell_insert AFTER INSERT ON statuses
  FOR EACH ROW WHEN (NEW.reblog_of_id IS NOT NULL AND dunlin_tells()) EXECUTE FUNCTION tell_status();
CREATE TRIGGER statuses_tell_update AFTER UPDATE ON statuses
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_status();
CREATE TRIGGER statuses_tell_delete AFTER DELETE ON statuses
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_status();

CREATE FUNCTION tell_status_stats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO 'dunlin n%', NEW.status_id;
  RETURN NULL;
END $$;
CREATE TRIGGER status_stats_tell AFTER UPDATE ON status_stats
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_status_stats();

-- Rows that are shown as part of a status.
CREATE FUNCTION tell_status_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.status_id IS NOT NULL THEN RAISE INFO 'dunlin s%', OLD.status_id; END IF;
  IF TG_OP <> 'DELETE' AND NEW.status_id IS NOT NULL THEN RAISE INFO 'dunlin s%', NEW.status_id; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER mentions_tell AFTER INSERT OR UPDATE OR DELETE ON mentions
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_status_part();
CREATE TRIGGER status_cards_tell AFTER INSERT OR UPDATE OR DELETE ON status_cards
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_status_part();
CREATE TRIGGER media_attachments_tell_insert AFTER INSERT ON media_attachments
  FOR EACH ROW WHEN (NEW.status_id IS NOT NULL AND dunlin_tells()) EXECUTE FUNCTION tell_status_part();
CREATE TRIGGER media_attachments_tell_update AFTER UPDATE ON media_attachments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_status_part();
CREATE TRIGGER media_attachments_tell_delete AFTER DELETE ON media_attachments
  FOR EACH ROW WHEN (OLD.status_id IS NOT NULL AND dunlin_tells()) EXECUTE FUNCTION tell_status_part();

-- A card, and the address that leads to it, belong to any number of statuses: beyond a hundred, c: all with cards.
CREATE FUNCTION tell_link_card() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told bigint[];
  status bigint;
BEGIN
  IF TG_TABLE_NAME = 'card_links' THEN
    told := ARRAY(SELECT status_id FROM status_cards WHERE link_id = OLD.id LIMIT 101);
  ELSE
    told := ARRAY(SELECT s.status_id FROM card_links l JOIN status_cards s ON s.link_id = l.id WHERE l.card_id = OLD.id LIMIT 101);
  END IF;
  IF cardinality(told) > 100 THEN
    RAISE INFO 'dunlin c0';
  ELSE
    FOREACH status IN ARRAY told LOOP RAISE INFO 'dunlin s%', status; END LOOP;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER card_links_tell AFTER UPDATE ON card_links
  FOR EACH ROW WHEN (OLD.card_id IS DISTINCT FROM NEW.card_id AND dunlin_tells()) EXECUTE FUNCTION tell_link_card();
CREATE TRIGGER preview_cards_tell AFTER UPDATE ON preview_cards
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_link_card();

-- What others' texts repeat of an account: its name and addresses. Rare; everything goes.
CREATE FUNCTION tell_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO 'dunlin a%', OLD.id;
  IF TG_OP = 'UPDATE' AND (OLD.username, OLD.domain, OLD.uri, OLD.url)
      IS DISTINCT FROM (NEW.username, NEW.domain, NEW.uri, NEW.url) THEN
    RAISE INFO 'dunlin x0';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_tell_update AFTER UPDATE ON accounts
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_account();
CREATE TRIGGER accounts_tell_delete AFTER DELETE ON accounts
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_account();

CREATE FUNCTION tell_account_stats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO 'dunlin b%', NEW.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER account_stats_tell AFTER UPDATE ON account_stats
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_account_stats();

CREATE FUNCTION tell_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO 'dunlin x0';
  RETURN NULL;
END $$;
CREATE TRIGGER applications_tell AFTER UPDATE ON applications
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_application();

CREATE FUNCTION tell_emojis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO 'dunlin e0';
  RETURN NULL;
END $$;
CREATE TRIGGER custom_emojis_tell AFTER INSERT OR DELETE ON custom_emojis
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_emojis();
CREATE TRIGGER custom_emojis_tell_update AFTER UPDATE ON custom_emojis
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND dunlin_tells()) EXECUTE FUNCTION tell_emojis();

-- What one viewer sees differently: marks, relations.
CREATE FUNCTION tell_viewer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE INFO 'dunlin v%', OLD.account_id; END IF;
  IF TG_OP <> 'DELETE' THEN RAISE INFO 'dunlin v%', NEW.account_id; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER favourites_tell AFTER INSERT OR UPDATE OR DELETE ON favourites
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_viewer();
CREATE TRIGGER bookmarks_tell AFTER INSERT OR UPDATE OR DELETE ON bookmarks
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_viewer();
CREATE TRIGGER pins_tell AFTER INSERT OR UPDATE OR DELETE ON pins
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_viewer();
CREATE TRIGGER conversation_mutes_tell AFTER INSERT OR UPDATE OR DELETE ON conversation_mutes
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_viewer();

CREATE FUNCTION tell_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE INFO 'dunlin v%', OLD.account_id;
    RAISE INFO 'dunlin v%', OLD.target_account_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    RAISE INFO 'dunlin v%', NEW.account_id;
    RAISE INFO 'dunlin v%', NEW.target_account_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER follows_tell AFTER INSERT OR DELETE ON follows
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_follow();
CREATE TRIGGER follows_tell_update AFTER UPDATE OF account_id, target_account_id ON follows
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_follow();

CREATE FUNCTION tell_filters() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  part record;
  owner bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN part := OLD; ELSE part := NEW; END IF;
  IF TG_TABLE_NAME = 'filters' THEN
    RAISE INFO 'dunlin f%', part.account_id;
    RETURN NULL;
  END IF;
  -- Nobody's any more: the filter went as well and tells it.
  SELECT account_id INTO owner FROM filters WHERE id = part.filter_id;
  IF FOUND THEN RAISE INFO 'dunlin f%', owner; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER filters_tell AFTER INSERT OR UPDATE OR DELETE ON filters
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_filters();
CREATE TRIGGER filter_keywords_tell AFTER INSERT OR UPDATE OR DELETE ON filter_keywords
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_filters();
CREATE TRIGGER filter_statuses_tell AFTER INSERT OR UPDATE OR DELETE ON filter_statuses
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_filters();

-- Who a token speaks for.
CREATE FUNCTION tell_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO 'dunlin t%', OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER access_tokens_tell AFTER UPDATE OR DELETE ON access_tokens
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_token();

CREATE FUNCTION tell_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO 'dunlin u%', OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER users_tell AFTER UPDATE OR DELETE ON users
  FOR EACH ROW WHEN (dunlin_tells()) EXECUTE FUNCTION tell_user();
