-- Accounts are found by any word of their display name, not only by its beginning.
CREATE INDEX accounts_search_words ON accounts USING gin (to_tsvector('simple'::regconfig, search_name));
