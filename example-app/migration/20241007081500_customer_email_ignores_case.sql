-- Anna@example.org and anna@example.org wrote from one mailbox: an address counts in lower case.

-- MIGRATE UP
CREATE UNIQUE INDEX customer_email_idx ON customer (lower(email));
ALTER TABLE customer DROP CONSTRAINT customer_email_key;

-- MIGRATE DOWN
ALTER TABLE customer ADD CONSTRAINT customer_email_key UNIQUE (email);
DROP INDEX customer_email_idx;
