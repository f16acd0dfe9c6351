-- What the purges look for, which read the whole tables.
CREATE INDEX outbound_activities_age ON outbound_activities (created_at);
CREATE INDEX preview_cards_age ON preview_cards (updated_at);
CREATE INDEX card_links_check ON card_links (check_after) WHERE check_after IS NOT NULL;
