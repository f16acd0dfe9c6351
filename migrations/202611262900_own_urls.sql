-- A page's address on another host than the id is nobody's word but the sender's: it shows the id instead. (From now on
-- the owner of the host decides; here only "www." is taken for the same one.)
UPDATE statuses SET url = uri
WHERE NOT local AND url IS NOT NULL
  AND regexp_replace(lower(split_part(url, '/', 3)), '^www\.', '') <>
      regexp_replace(lower(split_part(uri, '/', 3)), '^www\.', '');
UPDATE accounts SET url = uri
WHERE domain IS NOT NULL
  AND regexp_replace(lower(split_part(url, '/', 3)), '^www\.', '') <>
      regexp_replace(lower(split_part(uri, '/', 3)), '^www\.', '');
