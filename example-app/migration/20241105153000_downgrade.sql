-- PostgreSQL cannot take a value from an enum: the type is made anew without it.
UPDATE ticket SET status = 'pending' WHERE status = 'on_hold';

ALTER TABLE ticket DROP CONSTRAINT ticket_closed_at_check;
ALTER TABLE ticket ALTER COLUMN status DROP DEFAULT;
ALTER TYPE ticket_status RENAME TO ticket_status_with_on_hold;

CREATE TYPE ticket_status AS ENUM ('new', 'open', 'pending', 'closed');
ALTER TABLE ticket ALTER COLUMN status TYPE ticket_status USING status::text::ticket_status;
ALTER TABLE ticket ALTER COLUMN status SET DEFAULT 'new';
ALTER TABLE ticket ADD CONSTRAINT ticket_closed_at_check
  CHECK ((status = 'closed') = (closed_at IS NOT NULL));

DROP TYPE ticket_status_with_on_hold;
