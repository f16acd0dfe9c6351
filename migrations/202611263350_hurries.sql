-- When, and how often in a row, what waited for the host was sent out of turn because the host was there again.
ALTER TABLE delivery_hosts ADD COLUMN hurried_at timestamptz, ADD COLUMN hurries integer NOT NULL DEFAULT 0;
