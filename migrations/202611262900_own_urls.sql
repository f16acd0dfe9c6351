-- A page's address on another host than the id is nobody's word but the sender's: it shows the id instead.
UPDATE statuses SET url = uri
WHERE NOT local AND url IS NOT NULL AND lower(split_part(url, '/', 3)) <> lower(split_part(uri, '/', 3));
UPDATE accounts SET url = uri
WHERE domain IS NOT NULL AND lower(split_part(url, '/', 3)) <> lower(split_part(uri, '/', 3));
