-- Who has accepted our subscription: only that actor speaks for the relay. NULL: not known yet.
ALTER TABLE relays ADD COLUMN actor_uri text;
