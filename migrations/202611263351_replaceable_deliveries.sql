-- What tells the state of its object: a newer one of the same object to the same inbox takes its place.
ALTER TABLE deliveries ADD COLUMN replaceable boolean NOT NULL DEFAULT false;
