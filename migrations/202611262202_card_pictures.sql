-- Pictures of link previews are copies like those of accounts.
ALTER TABLE pictures
  ADD COLUMN card_id bigint REFERENCES preview_cards (id) ON DELETE CASCADE,
  ADD COLUMN blurhash text NOT NULL DEFAULT '', -- of a card's
  DROP CONSTRAINT pictures_check,
  ADD CONSTRAINT pictures_owner CHECK (num_nonnulls(account_id, emoji_id, card_id) = 1);
CREATE UNIQUE INDEX pictures_card ON pictures (card_id) WHERE card_id IS NOT NULL;

-- Emojis of reactions are known like those of posts.
INSERT INTO custom_emojis (id, shortcode, domain, url, static_url, visible_in_picker, created_at, updated_at)
SELECT min(r.id), split_part(r.name, '@', 1), split_part(r.name, '@', 2), min(r.url), min(r.url), false,
       min(r.created_at), min(r.created_at)
FROM emoji_reactions r
WHERE position('@' IN r.name) > 1 AND r.url IS NOT NULL
GROUP BY r.name
ON CONFLICT (shortcode, coalesce(domain, '')) DO NOTHING;
