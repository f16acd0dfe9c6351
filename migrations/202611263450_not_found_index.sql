-- How often the inbox of one actor was not found of late, asked at each 404.
CREATE INDEX deliveries_not_found ON deliveries (inbox_url, run_at) WHERE state = 1 AND last_status = 404;
