-- MIGRATE UP
ALTER TABLE ticket
  ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', subject)) STORED;

CREATE INDEX ticket_search_idx ON ticket USING gin (search);

-- MIGRATE DOWN
ALTER TABLE ticket DROP COLUMN search;
