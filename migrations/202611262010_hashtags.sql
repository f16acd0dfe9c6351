-- Hashtags compare without the accents of Latin letters, as src/base/hashtags.cpp has it: those that become one are
-- joined.
CREATE FUNCTION pg_temp.plain(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT translate(name,
    'àáâãäåāăąçćĉċčðďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĸĺļľŀłñńņňŋòóôõöøōŏőŕŗřśŝşšţťŧùúûüũūŭůűųŵýÿŷźżž',
    'aaaaaaaaacccccdddeeeeeeeeegggghhiiiiiiiiijkklllllnnnnnooooooooorrrsssstttuuuuuuuuuuwyyyzzz')$$;

CREATE TEMPORARY TABLE joined_tags ON COMMIT DROP AS
WITH plain AS (
  SELECT id, name, pg_temp.plain(name) AS plain
  FROM tags)
SELECT id AS old_id, plain AS name, first_value(id) OVER (PARTITION BY plain ORDER BY name <> plain, id) AS id
FROM plain
WHERE plain IN (SELECT plain FROM plain WHERE name <> plain);

INSERT INTO public_status_tags (tag_id, status_id)
SELECT j.id, p.status_id
FROM public_status_tags p JOIN joined_tags j ON j.old_id = p.tag_id
WHERE j.id <> j.old_id
ON CONFLICT DO NOTHING;

CREATE TEMPORARY TABLE moved_followed_tags ON COMMIT DROP AS
SELECT f.id, f.account_id, j.id AS tag_id, f.created_at
FROM followed_tags f JOIN joined_tags j ON j.old_id = f.tag_id
WHERE j.id <> j.old_id;
CREATE TEMPORARY TABLE moved_featured_tags ON COMMIT DROP AS
SELECT f.id, f.account_id, j.id AS tag_id, f.created_at
FROM featured_tags f JOIN joined_tags j ON j.old_id = f.tag_id
WHERE j.id <> j.old_id;

-- With what hangs on them; days of use are counted again by the job.
DELETE FROM tags WHERE id IN (SELECT old_id FROM joined_tags WHERE id <> old_id);
UPDATE tags t SET name = j.name FROM joined_tags j WHERE t.id = j.id AND t.name <> j.name;

INSERT INTO followed_tags (id, account_id, tag_id, created_at)
SELECT id, account_id, tag_id, created_at FROM moved_followed_tags ORDER BY id
ON CONFLICT DO NOTHING;
INSERT INTO featured_tags (id, account_id, tag_id, created_at)
SELECT id, account_id, tag_id, created_at FROM moved_featured_tags ORDER BY id
ON CONFLICT DO NOTHING;

UPDATE statuses s
SET tag_names = ARRAY(
  SELECT pg_temp.plain(n.name)
  FROM unnest(s.tag_names) WITH ORDINALITY AS n (name, place)
  GROUP BY 1
  ORDER BY min(n.place))
WHERE s.tag_names <> '{}'
  AND EXISTS (SELECT 1 FROM unnest(s.tag_names) AS n (name) WHERE n.name <> pg_temp.plain(n.name));

UPDATE trend_reviews r
SET subject = pg_temp.plain(r.subject)
WHERE r.kind = 0 AND r.subject <> pg_temp.plain(r.subject)
  AND NOT EXISTS (SELECT 1 FROM trend_reviews o
                  WHERE o.kind = 0 AND pg_temp.plain(o.subject) = pg_temp.plain(r.subject) AND o.subject <> r.subject);

-- Full-text search reads the posts in once more: their tokens name their hashtags.
UPDATE search_progress SET backfill_below = 9223372036854775807 WHERE EXISTS (SELECT 1 FROM joined_tags);

DROP FUNCTION pg_temp.plain(text);

-- The language that most of the posts with a trending hashtag are in.
ALTER TABLE tag_trends ADD COLUMN language text;
