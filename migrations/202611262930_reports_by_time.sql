-- How many reports an account has made of late, and whether one of them says the same.
CREATE INDEX reports_account_time ON reports (account_id, created_at);
DROP INDEX reports_account;
