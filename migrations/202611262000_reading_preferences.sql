-- How apps are to show what somebody reads. expand_media: 0 hides what is sensitive, 1 shows all, 2 hides all.
ALTER TABLE users
  ADD COLUMN expand_media    smallint NOT NULL DEFAULT 0 CHECK (expand_media BETWEEN 0 AND 2),
  ADD COLUMN expand_spoilers boolean NOT NULL DEFAULT false,
  ADD COLUMN autoplay_gifs   boolean NOT NULL DEFAULT false;
