-- Before the help desk, support was a shared mailbox. Its mails were copied into this table by hand,
-- to be made into tickets one by one.

-- MIGRATE UP
CREATE TABLE mailbox_import (
  message_id varchar PRIMARY KEY,
  sender varchar NOT NULL,
  subject varchar,
  body text,
  received_at timestamptz NOT NULL,
  ticket_id integer REFERENCES ticket ON DELETE SET NULL
);

-- MIGRATE DOWN
DROP TABLE mailbox_import;
