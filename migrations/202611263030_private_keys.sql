-- Private keys of local accounts may be encrypted ("enc1:..."): a command goes through them, account by account.
CREATE INDEX account_keys_private ON account_keys (key_id) WHERE private_pem IS NOT NULL;
