-- Translations of late, by what was sent: the same text costs the translator once. texts: a JSON array.
CREATE TABLE translations (
  key               bytea PRIMARY KEY,
  texts             text NOT NULL,
  detected_language text NOT NULL,
  created_at        timestamptz NOT NULL
);
CREATE INDEX translations_age ON translations (created_at);

-- What a translator said it can do. languages: its JSON.
CREATE TABLE translator_languages (
  url        text PRIMARY KEY,
  languages  text NOT NULL,
  fetched_at timestamptz NOT NULL
);
