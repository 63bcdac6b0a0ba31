-- MIGRATE UP
ALTER TABLE ticket ALTER COLUMN subject TYPE varchar(200);

-- MIGRATE DOWN
ALTER TABLE ticket ALTER COLUMN subject TYPE varchar(120) USING left(subject, 120);
