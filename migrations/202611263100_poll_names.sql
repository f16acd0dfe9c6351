-- What the server of a remote poll calls the options, in order, where that is not what is shown of them. A vote says it.
ALTER TABLE polls ADD COLUMN names text[];
